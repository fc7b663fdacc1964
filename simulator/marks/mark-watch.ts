import type { Observer, WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';
import { markKinds } from './index.ts';
import type { Watch } from './mark.ts';

interface Named {
  readonly mark: string;
  readonly watch: Watch;
}

/** Finds out which marks one run reaches. */
export class MarkWatch {
  readonly #reached = new Set<string>();
  /** By the type of events that they look at, because most marks look at rare ones. */
  readonly #watches = new Map<WorldEvent['type'], readonly Named[]>();

  constructor(world: World) {
    for (const kind of markKinds) {
      for (const watch of kind.start(world)) {
        const others = this.#watches.get(watch.type) ?? [];
        this.#watches.set(watch.type, [...others, { mark: kind.name, watch }]);
      }
    }
  }

  readonly observer: Observer = (event, atMs) => {
    const watches = this.#watches.get(event.type);
    if (watches === undefined) return;
    for (const { mark, watch } of watches) {
      if (watch.look(event, atMs)) this.#reach(mark);
    }
  };

  /** The names of the marks that were reached, in the order of the index. */
  reached(): readonly string[] {
    return markKinds.map(({ name }) => name).filter((name) => this.#reached.has(name));
  }

  #reach(mark: string): void {
    this.#reached.add(mark);
    for (const [type, watches] of this.#watches) {
      this.#watches.set(
        type,
        watches.filter((named) => named.mark !== mark),
      );
    }
  }
}
