import {
  type Batch,
  type Frame,
  framesMax,
  inspectionVersion,
  type RecordingHeader,
} from '../../machines/protocol/inspection.ts';
import type { AgentOptions } from '../../src/agent/agent.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { AgentTap } from '../../src/inspector/tap/agent-tap.ts';
import { ControllerTap, controllerFacts } from '../../src/inspector/tap/controller-tap.ts';
import type { Noting } from '../../src/inspector/tap/noting.ts';
import { TapBuffer } from '../../src/inspector/tap/tap-buffer.ts';
import { nodeEveryMs, tickMs } from '../../src/inspector/tap/tap.ts';
import { faultKind } from '../faults/index.ts';
import type { RunOptions, RunResult } from '../simulate.ts';
import type { WorldEvent } from '../world/events.ts';
import type { Host } from '../world/host.ts';
import { soundParts, type WorldParts } from '../world/parts.ts';
import type { World } from '../world/world.ts';

/** The whole world's own batches, such as of faults. */
const worldNode = 'simulator';

/** A process in one of its lives. */
interface Life {
  readonly buffer: TapBuffer;
  readonly host: () => Host;
  readonly number: number;
  toldOfItselfMs: number;
}

/**
 * Records a run as an inspector would who watches from the start and misses nothing. It puts nothing
 * on the virtual network and no timer into the world, so the run is the very same with it.
 */
export class Recorder {
  readonly #write: (line: string) => void;
  readonly #lives = new Map<string, Life>();
  #world: World | null = null;
  #lastMs = 0;
  #sequence = 0;
  #faults = 0;
  /** Of faults that go on, by what they are. */
  readonly #begun = new Map<string, string>();
  #frames: Frame[] = [];

  /** `write` is given each line of the recording, without its end. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** The same run, recorded. */
  recorded(run: RunOptions): RunOptions {
    const { scenario, seed, observer } = run;
    const header: Omit<RecordingHeader, 'startedAtMs'> = {
      ...{ holdfast: 'recording', version: inspectionVersion, source: 'simulator' },
      ...{ title: `${scenario.name}, seed ${seed}`, promise: scenario.promise, seed },
    };
    return {
      ...run,
      parts: this.#parts({ ...soundParts, ...run.parts }),
      onWorld: (world) => {
        this.#world = world;
        this.#write(JSON.stringify({ ...header, startedAtMs: this.#wallMs }));
        run.onWorld?.(world);
      },
      observer: (event, atMs) => {
        observer?.(event, atMs);
        this.#observe(event);
      },
    };
  }

  /** What is left, and what did not hold. */
  end({ violations }: RunResult): void {
    for (const violation of violations) {
      const { checker, message, loadBalancer, events } = violation;
      const atMs = this.#wallMs - (this.#nowMs - violation.atMs);
      const told = events.map(({ who, what, detail }) => `${who}: ${what} ${detail}`.trim());
      this.#frames.push({ type: 'violation', checker, message, loadBalancer, atMs, events: told });
    }
    this.#flush();
  }

  #parts(parts: WorldParts): WorldParts {
    return {
      ...parts,
      controller: (options) => this.#controller(parts.controller(options)),
      agent: (options) => this.#agent(parts.agent(options)),
    };
  }

  #controller(options: ControllerOptions): ControllerOptions {
    const { id } = options;
    const host = () => this.#known().controllerHost(id);
    const facts = () => {
      const { controller } = host();
      return controller === null ? {} : controllerFacts(controller, 'simulated');
    };
    return new ControllerTap(this.#begin(id, 'controller', host, facts)).options(options);
  }

  #agent(options: AgentOptions): AgentOptions {
    const { id, incarnation, description, drivers } = options;
    const host = () => this.#known().agentHost(id);
    const facts = () => {
      const now = host().agent?.incarnation ?? incarnation;
      return { host: description.host, incarnation: now, drivers: [...drivers.keys()] };
    };
    return new AgentTap(this.#begin(id, 'agent', host, facts)).options(options);
  }

  #begin(node: string, role: Batch['role'], host: () => Host, facts: () => object) {
    const number = host().lives;
    const wallMs = () => this.#wallMs;
    const buffer = new TapBuffer({ node, role, life: `${node}/${number}`, wallMs, facts });
    buffer.tellAll();
    this.#lives.set(node, { buffer, host, number, toldOfItselfMs: Number.NEGATIVE_INFINITY });
    return notingIn(buffer, wallMs);
  }

  #observe(event: WorldEvent): void {
    if (event.type === 'fault') this.#fault(event);
    if (this.#nowMs - this.#lastMs >= tickMs) this.#flush();
  }

  #fault(event: Extract<WorldEvent, { type: 'fault' }>): void {
    const { kind, phase, target, detail, forMs } = event;
    const atMs = this.#wallMs;
    const what = `${kind} ${target}`;
    const { summary } = faultKind(kind);
    const tell = (id: string, now: 'began' | 'ended'): void => {
      this.#frames.push({
        ...{ type: 'fault', atMs, id, kind, summary, row: target, detail, phase: now },
      });
    };
    if (phase === 'begins') {
      const id = `${what} ${(this.#faults += 1)}`;
      if (forMs !== 0) this.#begun.set(what, id);
      tell(id, 'began');
      if (forMs === 0) tell(id, 'ended');
    } else {
      const id = this.#begun.get(what);
      this.#begun.delete(what);
      if (id !== undefined) tell(id, 'ended');
    }
  }

  #flush(): void {
    this.#lastMs = this.#nowMs;
    for (const [node, life] of this.#lives) {
      const host = life.host();
      if (host.lives !== life.number || !host.isAwake) {
        if (host.lives !== life.number) this.#lives.delete(node);
        continue;
      }
      const withNode = this.#lastMs - life.toldOfItselfMs >= nodeEveryMs;
      if (withNode) life.toldOfItselfMs = this.#lastMs;
      if (withNode || !life.buffer.isEmpty) this.#write(life.buffer.take({ withNode }));
    }
    while (this.#frames.length > 0) this.#write(JSON.stringify(this.#own()));
  }

  #own(): Batch {
    return {
      ...{ version: inspectionVersion, node: worldNode, role: 'simulator', life: worldNode },
      ...{ sequence: (this.#sequence += 1), atMs: this.#wallMs, dropped: 0 },
      account: null,
      frames: this.#frames.splice(0, framesMax),
    };
  }

  get #nowMs(): number {
    return this.#known().time.nowMs;
  }

  /** Wall time as the world itself has it, because contexts hold deadlines in wall time. */
  get #wallMs(): number {
    return this.#known().clock.wallMs();
  }

  #known(): World {
    if (this.#world === null) throw new Error('the recorder has not been given the world');
    return this.#world;
  }
}

/** All that happens is noted, as if somebody always watched. */
function notingIn(buffer: TapBuffer, wallMs: () => number): Noting & Pick<TapBuffer, 'add'> {
  return {
    isWatched: true,
    add: (source) => buffer.add(source),
    stepped: (kind, id, from, to, event) => buffer.stepped(kind, id, from, to, event),
    changed: (kind, id) => buffer.changed(kind, id),
    gone: (kind, id) => buffer.gone(kind, id),
    // The world's own time: a process's clock may be off.
    sent: (message) => buffer.sent({ ...message, atMs: wallMs() - (message.tookMs ?? 0) }),
    trouble: (level, fields, text) => buffer.trouble(level, fields, text),
  };
}
