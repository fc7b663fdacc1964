import { describe, expect, test } from 'vitest';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import type { Claim, Standing } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { adoptionsAtOnce } from '../../src/agent/homecoming.ts';
import { hostDescriptor, placeDriver } from '../../simulator/world/places.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

const self = 'agent-1';

/** An agent before its start, with a journal and a host from a former life. */
class Return extends AgentBench {
  readonly document = loadBalancerDocument();
  readonly id: string = this.document.id;

  remember(change: object = {}, id = this.id): Promise<void> {
    const entry = { epoch: 3, generation: 2, live: true, edit: 'edit-1', device: 'memory' };
    return this.note(id, JSON.stringify({ ...entry, ...change }));
  }

  async note(key: string, value: string): Promise<void> {
    await this.virtual.settled(this.journal.save(key, value));
  }

  async noted(id = this.id): Promise<string | undefined> {
    return (await this.virtual.settled(this.journal.load())).get(id);
  }

  /** What the host serves, by which agent's hand. */
  async serves(agent: string, epoch = 3, generation = 2): Promise<void> {
    const { id, document } = this;
    const driver = memoryDriver(this.appliance, agent);
    await this.virtual.settled(driver.apply({ id, epoch, generation, document }));
  }

  async home(): Promise<void> {
    this.agent.start();
    await this.reach('serving');
    await this.virtual.run(2 * presets.lan.heartbeatMs);
  }

  get claims(): readonly Claim[] {
    return this.beats.at(-1)?.claims ?? [];
  }

  async told(standing: Omit<Standing, 'loadBalancer'>): Promise<void> {
    const message = JSON.stringify({ loadBalancer: this.id, ...standing });
    this.judge.publish(subjects.down(self, 'standing'), message);
    await this.virtual.run(2 * presets.lan.heartbeatMs);
  }
}

/** On a host of its own; `leaves`: its load balancers may be taken over on others. */
function onHost(given: { leaves?: boolean; release?: () => Promise<void> } = {}): Return {
  const { leaves: reschedulable = false, release = () => Promise.resolve() } = given;
  const descriptor = { ...hostDescriptor, reschedulable };
  return new Return((_, device, clock) => {
    const driver = placeDriver(
      { name: 'host', descriptor, device, host: 'host-1', kernel: null, markers: null },
      { agent: self, clock },
    );
    return { ...driver, residence: { ...driver.residence!, release } };
  });
}

describe('what the journal of an agent that returns says', () => {
  test('is claimed with its first heartbeats, until the record says the same', async () => {
    const bench = new Return();
    await bench.remember();

    await bench.home();
    const before = bench.claims;
    await bench.told({ epoch: 3, holder: self });

    const held = { epoch: 3, generation: 2, removed: false };
    const claim = { loadBalancer: bench.id, ...held, device: 'memory' };
    expect(before).toEqual([claim]);
    expect(bench.beats[0]?.claims).toEqual([claim]);
    expect(bench.claims).toEqual([]);
    expect(await bench.noted()).toContain('"epoch":3');
    expect(bench.appliance.log).toEqual([]);
  });

  test('is forgotten where the record says that another agent holds it', async () => {
    const bench = new Return();
    await bench.remember();
    await bench.home();

    await bench.told({ epoch: 4, holder: 'agent-2', host: 'host-1' });

    expect(bench.claims).toEqual([]);
    expect(await bench.noted()).toBeUndefined();
  });

  test('is claimed anew with each connection while nobody has commanded it', async () => {
    const bench = new Return();
    await bench.remember();
    await bench.home();
    await bench.told({ epoch: 4, holder: self });
    const confirmed = bench.claims;

    bench.bus.disconnect(null);
    bench.bus.reconnect();
    await bench.virtual.run(2 * presets.lan.heartbeatMs);

    expect(confirmed).toEqual([]);
    expect(bench.claims).toMatchObject([{ loadBalancer: bench.id, epoch: 3 }]);
  });

  test('is not forgotten for a record that is older', async () => {
    const bench = new Return();
    await bench.remember();
    await bench.home();

    await bench.told({ epoch: 2, holder: 'agent-2' });

    expect(bench.claims).toMatchObject([{ epoch: 3 }]);
  });

  test('is no longer claimed once it is commanded', async () => {
    const bench = new Return();
    await bench.remember();
    await bench.home();

    const { id: loadBalancer, document } = bench;
    await bench.command({ loadBalancer, document, epoch: 4, generation: 2 });
    await bench.virtual.run(2 * presets.lan.heartbeatMs);

    expect(bench.claims).toEqual([]);
    expect(await bench.noted()).toContain('"epoch":4');
  });

  test.each(['', '{', '[]', 'null', '{"epoch":-1}', '{"epoch":3,"generation":2}'])(
    'is dropped where it is %j',
    async (value) => {
      const bench = new Return();
      await bench.note(bench.id, value);

      await bench.home();

      expect(bench.claims).toEqual([]);
      expect(await bench.noted()).toBeUndefined();
    },
  );
});

describe('what runs on the host of an agent that returns', () => {
  test('is taken up at once where it is still its own, without any control plane', async () => {
    const bench = onHost();
    await bench.remember();
    await bench.serves(self);
    bench.bus.disconnect('no server');

    bench.agent.start();
    await bench.virtual.run(100);

    expect([...bench.agent.devices()]).toEqual([[bench.id, 'active']]);
    expect(bench.appliance.peek(bench.id)?.marker).toMatchObject({ epoch: 3, generation: 2 });
    // It is looked after as before: what dies is started again.
    bench.appliance.breakDown(bench.id, 'killed');
    await bench.virtual.run(100);
    expect(bench.appliance.peek(bench.id)?.running).toBe(true);
  });

  test('is claimed until the record says the same', async () => {
    const bench = onHost();
    await bench.remember();
    await bench.serves(self);

    await bench.home();
    const before = bench.claims;
    await bench.told({ epoch: 3, holder: self });

    const held = { epoch: 3, generation: 2, removed: false };
    expect(before).toEqual([{ loadBalancer: bench.id, ...held, device: 'memory' }]);
    expect(bench.claims).toEqual([]);
  });

  test('is known by the marker where the journal is lost, and is in the journal again', async () => {
    const bench = onHost();
    await bench.serves(self, 7, 5);

    await bench.home();

    expect([...bench.agent.devices()]).toEqual([[bench.id, 'active']]);
    expect(await bench.noted()).toContain('"epoch":7,"generation":5');
  });

  test('is left alone where another agent of the host has taken it over', async () => {
    const bench = onHost();
    await bench.remember();
    await bench.serves('agent-2', 4);
    const before = bench.appliance.log.length;

    await bench.home();
    const claims = bench.claims;
    await bench.told({ epoch: 4, holder: 'agent-2', host: 'host-1' });

    expect(claims).toMatchObject([{ epoch: 4, generation: 2 }]);
    expect(bench.claims).toEqual([]);
    expect(await bench.noted()).toBeUndefined();
    expect(bench.agent.devices().size).toBe(0);
    expect(bench.appliance.log).toHaveLength(before);
  });

  test('is none of its business where it never was its own', async () => {
    const bench = onHost();
    await bench.serves('agent-2', 4);
    const before = bench.appliance.log.length;

    await bench.home();

    expect(bench.claims).toEqual([]);
    expect(bench.appliance.log).toHaveLength(before);
  });

  test('that may have been taken over on another host is not taken up before a record answers', async () => {
    const bench = onHost({ leaves: true });
    await bench.remember();
    await bench.serves(self);
    const before = bench.appliance.log.length;

    await bench.home();

    expect(bench.claims).toMatchObject([{ epoch: 3 }]);
    expect(bench.agent.devices().size).toBe(0);
    expect(bench.appliance.log).toHaveLength(before);
  });

  test('is ended when it moved to another host, and not forgotten before', async () => {
    let attempts = 0;
    const release = () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new RetryableError('busy')) : Promise.resolve();
    };
    const bench = onHost({ leaves: true, release });
    await bench.remember();
    await bench.serves(self);
    await bench.home();

    const elsewhere = { epoch: 5, holder: 'agent-9', host: 'host-9' };
    await bench.told(elsewhere);
    const afterFailure = bench.claims;
    await bench.told(elsewhere);

    expect(afterFailure).toMatchObject([{ epoch: 3 }]);
    expect(attempts).toBe(2);
    expect(bench.claims).toEqual([]);
    expect(await bench.noted()).toBeUndefined();
  });

  test('is not ended when it moved within the host', async () => {
    const release = () => Promise.reject(new Error('released'));
    const bench = onHost({ leaves: true, release });
    await bench.remember();
    await bench.serves(self);
    await bench.home();

    await bench.told({ epoch: 5, holder: 'agent-2', host: 'host-1' });

    expect(await bench.noted()).toBeUndefined();
    expect(bench.appliance.peek(bench.id)?.running).toBe(true);
  });

  test('is taken up a few at a time', async () => {
    const bench = onHost();
    const applying = () => [...bench.agent.devices().values()].filter((it) => it === 'applying');
    const many = Array.from({ length: 3 * adoptionsAtOnce }, () => loadBalancerDocument());
    for (const document of many) {
      const driver = memoryDriver(bench.appliance, self);
      const target = { id: document.id, epoch: 1, generation: 1, document };
      await bench.virtual.settled(driver.apply(target));
    }
    let most = 0;

    bench.agent.start();
    await bench.virtual.until('all are taken up', () => {
      most = Math.max(most, applying().length);
      return (
        [...bench.agent.devices().values()].filter((it) => it === 'active').length === many.length
      );
    });

    expect(most).toBeLessThanOrEqual(adoptionsAtOnce);
  });
});
