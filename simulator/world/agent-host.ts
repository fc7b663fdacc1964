import type { Target } from '../../drivers/contract/target.ts';
import { delay } from '../../machines/ports/clock.ts';
import { agentConnection } from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { Agent } from '../../src/agent/agent.ts';
import { nextIncarnation } from '../../src/agent/incarnation.ts';
import { Host } from './host.ts';
import { type JournalDamage, JournalDisk } from './journal-disk.ts';
import { execMoments } from './leased-driver.ts';
import { placeDriver } from './places.ts';
import { processBus, processDriver, processJournal } from './process-ports.ts';
import { startWitnessing, witnessesOf } from './virtual-witnesses.ts';
import type { World } from './world.ts';

/** What the journal on a real disk says of such a line. */
const droppedLine = 'A line of the journal was torn or corrupt and is dropped.';

/** How long a service manager takes to start again what has ended. */
const serviceManagerMs = 500;

/** Moments at which an agent may stand still: around what it does to addresses, and with a heartbeat on its way. */
export const stallMoments = [...execMoments, 'after heartbeat'] as const;
export type StallMoment = (typeof stallMoments)[number];

/** An agent and its disk, which outlives it. */
export class AgentHost extends Host {
  #disk: JournalDisk;
  /** What it notes as a witness of others. */
  #notes: JournalDisk;
  #agent: Agent | null = null;
  #drivers: readonly string[] = [];
  #starts = 0;
  #disks = 1;
  #hasPower = true;
  #stallsAt: StallMoment | null = null;
  /** How long its agent wants to be waited for when it is restarted on purpose. */
  restartLeaseMs: number;
  /** While its host is down: is it to be started when that comes up? */
  #startsWithHost = false;

  constructor(id: string, world: World) {
    super(id, world);
    this.restartLeaseMs = world.options.timings.restartLeaseMs;
    this.#disk = this.#emptyDisk();
    this.#notes = this.#emptyDisk();
  }

  get agent(): Agent | null {
    return this.#agent;
  }

  /** What the agent that was started last can drive, whatever it tells controllers. */
  get drivers(): readonly string[] {
    return this.#drivers;
  }

  /** How often it was started so far: the same number means the same process. */
  get starts(): number {
    return this.#starts;
  }

  /** How many disks it has had so far: what it forgot with one, it can't know. */
  get disks(): number {
    return this.#disks;
  }

  async start(): Promise<void> {
    if (!this.#hasPower) {
      this.#startsWithHost = true;
      return;
    }
    if (this.isUp) return;
    this.#starts += 1;
    const { id, world } = this;
    const { process, clock, log, queues, connect } = this.boot();
    const onDisk = this.#disk.open((line) => log.error({ line }, droppedLine));
    const journal = processJournal(process, onDisk);
    const incarnation = await nextIncarnation({
      journal,
      clock,
      random: world.stream(`incarnations:${id}`),
    });
    const connection = connect(agentConnection(id, incarnation));
    const bus = processBus(
      process,
      world.parts.bus(connection, id, world.clock),
      (subject, data) => {
        world.emit({ type: 'sent', from: id, subject, data });
        if (subject.endsWith('.heartbeat')) this.#reach('after heartbeat');
      },
    );
    const whole = this.#notes.open((line) => log.error({ line }, droppedLine), { whole: true });
    const lease = await startWitnessing(world, {
      ...{ agent: id, process, clock, log, bus, timings: world.options.timings },
      journal: processJournal(process, whole),
    });
    const witnesses = witnessesOf(id, world);
    const exec = (moment: StallMoment): Promise<void> => {
      this.#reach(moment);
      return delay(clock, world.delay('disk'));
    };
    const { leased } = world.parts;
    const drivers = world.placesOf(id).map((place) => {
      const writing = ({ id: loadBalancer, epoch }: Target): void =>
        world.emit({ type: 'writing', place: place.name, agent: id, loadBalancer, epoch });
      const own = placeDriver(place, { agent: id, clock, exec, leased, writing });
      const driver = world.parts.driver(own, id, world.clock);
      return [place.descriptor.name, processDriver(process, driver)] as const;
    });
    const options = world.parts.agent({
      id,
      description: {
        host: world.hostOf(id),
        zone: null,
        capacity: world.options.capacity ?? null,
        addresses: [],
        version: 'simulated',
        ...(witnesses === null ? {} : { witnesses }),
      },
      incarnation,
      bus,
      ...(lease === null ? {} : { lease }),
      journal,
      drivers: new Map(drivers),
      clock,
      random: world.stream(`agent:${id}`),
      ...(queues === null ? {} : { queues }),
      log,
      timings: this.#timings(),
      shards: world.options.shards,
      restart: () => world.background(this.#restart()),
    });
    const agent = new Agent(options);
    this.#drivers = [...options.drivers.keys()];
    this.#agent = agent;
    agent.start();
    world.emit({ type: 'started', agent: id });
  }

  override kill(): void {
    this.#agent = null;
    this.#startsWithHost = false;
    super.kill();
  }

  /** The host that it is on dies, or comes up and starts what had run there. */
  setPower(on: boolean): void {
    if (on === this.#hasPower) return;
    const runs = on ? this.#startsWithHost : this.isUp;
    this.#hasPower = on;
    if (!on) this.kill();
    else if (runs) this.world.background(this.start());
    this.#startsWithHost = !on && runs;
  }

  /** The host gets a new, empty disk; its process must not run. */
  loseDisk(): void {
    this.#disks += 1;
    this.#disk = this.#emptyDisk();
    this.#notes = this.#emptyDisk();
  }

  /** What befalls the file of its journal; its process must not run. */
  damageJournal(how: JournalDamage): void {
    const { id, world } = this;
    this.#disk.damage(how, world.stream('damage'));
    world.emit({ type: 'journal-damaged', agent: id, how });
  }

  /** At the next such moment, its process stands still. */
  stallAt(moment: StallMoment): void {
    this.#stallsAt = moment;
  }

  /** It goes on, or has not stood still at all. */
  stallNoMore(): void {
    this.#stallsAt = null;
    this.resume();
  }

  #reach(moment: StallMoment): void {
    if (moment !== this.#stallsAt) return;
    this.#stallsAt = null;
    this.world.emit({ type: 'stalled', agent: this.id, moment });
    this.pause();
  }

  /** A planned stop: the agent says goodbye first, or asks to be waited for. */
  async stop(how: { readonly comesBack: boolean } = { comesBack: false }): Promise<void> {
    const agent = this.#agent;
    if (agent === null) return;
    await agent.stop(how);
    if (this.#agent === agent) this.kill();
  }

  /** An operator wants it started again, and its service manager does that. */
  async #restart(): Promise<void> {
    const starts = this.#starts;
    await this.stop({ comesBack: true });
    await delay(this.world.clock, serviceManagerMs);
    if (this.#starts === starts) await this.start();
  }

  /** Its own, because what it asks for is up to whoever restarts it. */
  #timings(): Timings {
    const leaseMs = (): number => this.restartLeaseMs;
    return {
      ...this.world.options.timings,
      get restartLeaseMs() {
        return leaseMs();
      },
    };
  }

  #emptyDisk(): JournalDisk {
    const { world } = this;
    return new JournalDisk({ clock: world.clock, delayMs: () => world.delay('disk') });
  }
}
