import type { ActorFrame, Batch } from '../../../machines/protocol/inspection.ts';
import { sessionOf } from '../model/world.ts';

/**
 * The messages of the Stately Inspector's WebSocket protocol, as the package `@statelyai/inspect` 0.7
 * writes and reads them: JSON texts of the types `@xstate.actor`, `@xstate.snapshot`, `@xstate.event`.
 */

const protocolVersion = '0.7.2';

/** JSON of an XState machine's configuration, by the kind of actor. */
export type Definitions = Readonly<Record<ActorFrame['kind'], string>>;

/** Remembers who was introduced, because the inspector wants to know an actor before its snapshots. */
export class StatelyTranslator {
  readonly #definitions: Definitions;
  readonly #introduced = new Set<string>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  translate(batch: Batch): string[] {
    return batch.frames.flatMap((frame) => {
      if (frame.type === 'actor') return this.#actor(batch, frame);
      if (frame.type === 'gone')
        this.#introduced.delete(sessionOf(batch.node, frame.kind, frame.id));
      return [];
    });
  }

  #actor({ node, atMs }: Batch, frame: ActorFrame): string[] {
    const sessionId = sessionOf(node, frame.kind, frame.id);
    const snapshot = snapshotOf(frame);
    const common = {
      _version: protocolVersion,
      createdAt: String(atMs),
      id: null,
      rootId: sessionId,
      sessionId,
    };
    const messages: object[] = [];
    if (!this.#introduced.has(sessionId)) {
      this.#introduced.add(sessionId);
      const name = frame.label === null ? sessionId : `${frame.label} (${sessionId})`;
      const definition = this.#definitions[frame.kind];
      messages.push({ ...common, type: '@xstate.actor', name, definition, snapshot });
    }
    for (const step of frame.steps) {
      const createdAt = String(step.atMs);
      messages.push({ ...common, createdAt, type: '@xstate.event', event: step.event });
    }
    const newest = frame.steps.at(-1);
    const event = newest?.event ?? { type: '' };
    messages.push({ ...common, type: '@xstate.snapshot', event, snapshot });
    return messages.map((message) => JSON.stringify(message));
  }
}

function snapshotOf({ state, condition, trouble, context }: ActorFrame): object {
  return {
    status: condition === 'running' ? 'active' : 'error',
    value: valueOf(state),
    context,
    children: {},
    ...(trouble === null ? {} : { error: trouble }),
  };
}

/** XState's state value again: `bound.settled` is `{ bound: 'settled' }`. */
export function valueOf(state: string): unknown {
  const [first = '', ...rest] = state.split('.');
  return rest.length === 0 ? first : { [first]: valueOf(rest.join('.')) };
}
