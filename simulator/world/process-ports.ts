import type { Driver } from '../../drivers/contract/driver.ts';
import type { Health } from '../../drivers/contract/health.ts';
import type { Leasing } from '../../drivers/contract/leasing.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import type { Bus, BusMessage, BusStatus, Subscription } from '../../src/ports/bus.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { bucketNames, type Store, type Stores } from '../../src/ports/store.ts';
import type { VirtualProcess } from './process.ts';
import { sentSingly } from './sent-singly.ts';

/**
 * A process's ports: the same as the ones beneath, but nothing leaves a dead process, and nothing
 * enters one that is dead or held up.
 */

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** What changes something elsewhere: not merely a sign of life, or a question. */
const isEffect = (subject: string): boolean =>
  !/\.(heartbeat|presence|probe|health|statistics)$/.test(subject);

export function processBus(
  process: VirtualProcess,
  bus: Bus,
  sent: (subject: string, data: string) => void,
  commanded: (subject: string, data: string) => void = () => undefined,
): Bus {
  return {
    publish(subject, data) {
      if (!process.alive) return;
      sent(subject, data);
      bus.publish(subject, data);
      if (process.isWatched && isEffect(subject)) process.survives('after-effect');
    },
    request(subject, data, timeoutMs) {
      if (!process.alive) return never();
      sentSingly(subject, data, sent);
      const answer = process.settle(bus.request(subject, data, timeoutMs));
      if (/\.commands?$/.test(subject)) {
        const tell = () => sentSingly(subject, data, commanded);
        answer.then(tell, tell);
      }
      if (process.isWatched && isEffect(subject)) process.survives('after-effect');
      return answer;
    },
    subscribe(subject, handle, options): Subscription {
      let active = true;
      const subscription = bus.subscribe(
        subject,
        (message: BusMessage) =>
          process.deliver(() => {
            // It may have been given up while its process was held up.
            if (active) handle(process.isWatched ? answered(process, message) : message);
          }),
        options,
      );
      return {
        unsubscribe() {
          active = false;
          subscription.unsubscribe();
        },
      };
    },
    status: () => bus.status(),
    onStatus: (listen) =>
      bus.onStatus((status: BusStatus) => process.deliver(() => listen(status))),
    onServerLost: (listen) => bus.onServerLost(() => process.deliver(listen)),
    ping: (timeoutMs) => (process.alive ? process.settle(bus.ping(timeoutMs)) : never()),
    close: () => (process.alive ? process.settle(bus.close()) : never()),
  };
}

/** It has done what it was asked for, and may not live to say so. */
function answered(process: VirtualProcess, message: BusMessage): BusMessage {
  const { subject, data } = message;
  return {
    subject,
    data,
    reply(text) {
      if (!isEffect(subject) || process.survives('after-effect')) message.reply(text);
    },
  };
}

export function processStores(process: VirtualProcess, stores: Stores): Stores {
  const wrapped = bucketNames.map(
    (bucket) => [bucket, processStore(process, stores[bucket])] as const,
  );
  return Object.fromEntries(wrapped) as unknown as Stores;
}

function persists<T>(process: VirtualProcess, write: () => Promise<T>): Promise<T> {
  if (!process.alive || !process.survives('before-persist')) return never();
  return process.settle(write(), 'after-persist');
}

function processStore(process: VirtualProcess, store: Store): Store {
  const here = <T>(work: () => Promise<T>): Promise<T> =>
    process.alive ? process.settle(work()) : never();
  return {
    get: (key, after) => here(() => store.get(key, after)),
    newest: () => here(() => store.newest()),
    wasRemoved: (key) => here(() => store.wasRemoved(key)),
    create: (key, value, writeId) => persists(process, () => store.create(key, value, writeId)),
    update: (key, value, revision, writeId) =>
      persists(process, () => store.update(key, value, revision, writeId)),
    remove: (key, revision, writeId) =>
      persists(process, () => store.remove(key, revision, writeId)),
    watch(onChange, onReady, onRewound) {
      const watch = store.watch(
        (change) => process.deliver(() => onChange(change)),
        (revision) => process.deliver(() => onReady(revision)),
        () => process.deliver(() => onRewound?.()),
      );
      process.onDeath(() => watch.stop());
      return watch;
    },
  };
}

export function processJournal(process: VirtualProcess, journal: Journal): Journal {
  return {
    load: () => (process.alive ? process.settle(journal.load()) : never()),
    save: (key, value) => persists(process, () => journal.save(key, value)),
  };
}

export function processDriver(process: VirtualProcess, driver: Driver): Driver {
  const here = <T>(work: () => Promise<T>): Promise<T> =>
    process.alive ? process.settle(work()) : never();
  const acts = <T>(work: () => Promise<T>): Promise<T> =>
    process.alive ? process.settle(work(), 'after-effect') : never();
  return {
    descriptor: driver.descriptor,
    ...(driver.residence === undefined
      ? {}
      : { residence: processResidence(process, driver.residence) }),
    ...(driver.health === undefined ? {} : { health: processHealth(process, driver.health) }),
    ...(driver.leasing === undefined ? {} : { leasing: processLeasing(process, driver.leasing) }),
    apply: (target) => acts(() => driver.apply(target)),
    remove: (target) => acts(() => driver.remove(target)),
    observe: (id) => here(() => driver.observe(id)),
    survey: () => here(() => driver.survey()),
    watch(id, notify) {
      const stop = driver.watch(id, (notice) => process.deliver(() => notify(notice)));
      process.onDeath(stop);
      return stop;
    },
    probe: () => here(() => driver.probe()),
    close: () => here(() => driver.close()),
  };
}

function processHealth(process: VirtualProcess, health: Health): Health {
  return {
    watch(id, notify) {
      const stop = health.watch(id, (operating) => process.deliver(() => notify(operating)));
      process.onDeath(stop);
      return stop;
    },
    statistics: (id) => (process.alive ? process.settle(health.statistics(id)) : never()),
  };
}

function processLeasing(process: VirtualProcess, leasing: Leasing): Leasing {
  const here = <T>(work: () => Promise<T>): Promise<T> =>
    process.alive ? process.settle(work()) : never();
  return {
    renew: (until) => here(() => leasing.renew(until)),
    drop: (commanded) => here(() => leasing.drop(commanded)),
  };
}

function processResidence(process: VirtualProcess, residence: Residence): Residence {
  const here = <T>(work: () => Promise<T>): Promise<T> =>
    process.alive ? process.settle(work()) : never();
  const acts = <T>(work: () => Promise<T>): Promise<T> =>
    process.alive ? process.settle(work(), 'after-effect') : never();
  return {
    inventory: () => here(() => residence.inventory()),
    recall: (id) => here(() => residence.recall(id)),
    release: (target) => acts(() => residence.release(target)),
    mend: (target) => acts(() => residence.mend(target)),
  };
}
