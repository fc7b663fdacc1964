import type { Clock } from '../../machines/ports/clock.ts';
import { type Bus, RequestTimeout } from '../../src/ports/bus.ts';

/** Never carries a command to agent-2, and never says so. */
export function losesCommands(bus: Bus): Bus {
  return changedCommands(bus, (subject, data, timeoutMs) =>
    subject === 'hf.down.agent-2.command'
      ? bus.request('hf.evt.nowhere.command', data, timeoutMs).catch(() => new Promise(() => {}))
      : bus.request(subject, data, timeoutMs),
  );
}

/** Loses what an agent says when it leaves. */
export function losesGoodbyes(bus: Bus): Bus {
  return changed(bus, {
    request: (subject, data, timeoutMs) =>
      subject.endsWith('.goodbye')
        ? bus.request('hf.evt.nowhere.goodbye', data, timeoutMs)
        : bus.request(subject, data, timeoutMs),
  });
}

/** Never carries a command that is sent to a standby before its promotion is written. */
export function losesGrants(bus: Bus): Bus {
  return changedCommands(bus, (subject, data, timeoutMs) =>
    data.includes('"grant":true')
      ? Promise.reject(new RequestTimeout(`no reply on ${subject} within ${timeoutMs} ms`))
      : bus.request(subject, data, timeoutMs),
  );
}

/** Says that it is connected, and that the server answers, whether that is so or not. */
export function neverDisconnected(bus: Bus): Bus {
  return changed(bus, {
    status: () => 'connected',
    onStatus: () => ({ unsubscribe: () => undefined }),
    ping: () => Promise.resolve(),
  });
}

/** Cuts off the end of every twentieth request. */
export function garblesRequests(bus: Bus): Bus {
  let requests = 0;
  return changed(bus, {
    request(subject, data, timeoutMs) {
      requests += 1;
      return bus.request(subject, requests % 20 === 0 ? data.slice(0, -3) : data, timeoutMs);
    },
  });
}

/** Makes a removal of every twentieth command. */
export function turnsIntoRemovals(bus: Bus): Bus {
  let commands = 0;
  return changedCommands(bus, (subject, data, timeoutMs) => {
    commands += 1;
    const sent =
      commands % 20 === 0 ? data.replace('"status":"live"', '"status":"deleting"') : data;
    return bus.request(subject, sent, timeoutMs);
  });
}

/** Hides from the judge what every agent but agent-1 drives. */
export function hidesDrivers(bus: Bus): Bus {
  return changed(bus, {
    request(subject, data, timeoutMs) {
      const hidden = /^hf\.up\.agent-[^1].*\.register$/.test(subject);
      const sent = hidden ? data.replace(/"devices":\[[^\]]*\]/, '"devices":[]') : data;
      return bus.request(subject, sent, timeoutMs);
    },
  });
}

/** Never tells an agent that somebody else holds what it claims. */
export function losesStandings(bus: Bus): Bus {
  return changed(bus, {
    publish(subject, data) {
      if (!subject.endsWith('.standing')) bus.publish(subject, data);
    },
  });
}

/** Tells of what was wrong once more, much later, and as if it were the newest. */
export function tellsTroubleAgain(bus: Bus, _process: string, clock: Clock): Bus {
  return changed(bus, {
    publish(subject, data) {
      bus.publish(subject, data);
      if (!isHealth(subject) || !data.includes('"ERROR"')) return;
      const newest = data.replace(/"sequence":\d+/, '"sequence":1000000');
      clock.setTimer(5_000, () => bus.publish(subject, newest));
    },
  });
}

/** Tells how traffic fares only when it may have changed again. */
export function delaysHealth(bus: Bus, _process: string, clock: Clock): Bus {
  return changed(bus, {
    publish(subject, data) {
      if (!isHealth(subject)) bus.publish(subject, data);
      else clock.setTimer(3_000, () => bus.publish(subject, data));
    },
  });
}

const isHealth = (subject: string): boolean => /^hf\.up\.[^.]+\.health$/.test(subject);

/** Never tells what agents hold, and by what they were refused. */
export function losesClaims(bus: Bus): Bus {
  return changed(bus, {
    request(subject, data, timeoutMs) {
      const isHeartbeat = subject.endsWith('.heartbeat');
      const sent = isHeartbeat ? data.replace(/"claims":\[.*\]/, '"claims":[]') : data;
      return bus.request(subject, sent, timeoutMs);
    },
  });
}

/** Believes that a controller hears everything, whatever its connection is like. */
export function alwaysSeemsFine(bus: Bus, process: string): Bus {
  if (!process.startsWith('controller-')) return bus;
  return changed(bus, {
    ping: () => Promise.resolve(),
    status: () => 'connected',
    onStatus: () => ({ unsubscribe: () => undefined }),
  });
}

/**
 * Sends each new holder first the document before the newest, as a controller may that has not heard of
 * an edit: a sound device keeps what it has.
 */
export function knowsOldDocuments(bus: Bus): Bus {
  const sent = new Map<string, SentCommand>();
  const before = new Map<string, SentCommand>();
  return changedCommands(bus, (subject, data, timeoutMs) => {
    const command = JSON.parse(data) as SentCommand;
    const { loadBalancer: id, epoch, status } = command;
    const last = sent.get(id) ?? command;
    if (last.generation < command.generation) before.set(id, last);
    sent.set(id, command);
    const old = before.get(id);
    if (epoch <= last.epoch || status !== 'live' || old === undefined) {
      return bus.request(subject, data, timeoutMs);
    }
    const { generation, document, briefed } = old;
    const stale = JSON.stringify({ ...command, generation, document, briefed });
    return bus.request(subject, stale, timeoutMs);
  });
}

interface SentCommand {
  readonly loadBalancer: string;
  readonly epoch: number;
  readonly generation: number;
  readonly status: string;
  readonly document: unknown;
  readonly briefed?: string;
}

/** Tells of each death that judges told of once more, much later, and as if it were the newest. */
export function tellsVerdictsAgain(bus: Bus, _process: string, clock: Clock): Bus {
  return changed(bus, {
    publish(subject, data) {
      bus.publish(subject, data);
      if (subject !== 'hf.ctl.all.verdict' || !data.includes('"state":"dead"')) return;
      const newest = data.replace(/"revision":\d+/, '"revision":1000000');
      clock.setTimer(5_000, () => bus.publish(subject, newest));
    },
  });
}

/** Tells of an agent that is being restarted as if its judge had given it up. */
export function takesRestartsForDeaths(bus: Bus): Bus {
  return changed(bus, {
    publish(subject, data) {
      const isVerdict = subject === 'hf.ctl.all.verdict';
      bus.publish(
        subject,
        isVerdict ? data.replace('"state":"restarting"', '"state":"dead"') : data,
      );
    },
  });
}

/** The same for what would be several commands in one message: each goes by itself, changed or not. */
export function changedCommands(bus: Bus, request: Bus['request']): Bus {
  const each = async (subject: string, command: object, timeoutMs: number): Promise<object> =>
    JSON.parse(await request(subject, JSON.stringify(command), timeoutMs)) as object;
  return changed(bus, {
    async request(subject, data, timeoutMs) {
      if (subject.endsWith('.command')) return request(subject, data, timeoutMs);
      if (!subject.endsWith('.commands')) return bus.request(subject, data, timeoutMs);
      const { commands } = JSON.parse(data) as { commands: object[] };
      const one = subject.replace(/commands$/, 'command');
      const replies = await Promise.all(commands.map((command) => each(one, command, timeoutMs)));
      return JSON.stringify({ replies });
    },
  });
}

/** A bus is an object with private parts, so its methods are called on itself. */
export function changed(bus: Bus, change: Partial<Bus>): Bus {
  return {
    publish: (subject, data) => bus.publish(subject, data),
    request: (subject, data, timeoutMs) => bus.request(subject, data, timeoutMs),
    subscribe: (subject, handle, options) => bus.subscribe(subject, handle, options),
    status: () => bus.status(),
    onStatus: (listen) => bus.onStatus(listen),
    onServerLost: (listen) => bus.onServerLost(listen),
    ping: (timeoutMs) => bus.ping(timeoutMs),
    close: () => bus.close(),
    ...change,
  };
}

/** Says of every agent that it reaches all of its devices. */
export function hidesLostDevices(bus: Bus): Bus {
  return changed(bus, {
    request: (subject, data, timeoutMs) =>
      subject.endsWith('.register')
        ? bus.request(subject, data.replaceAll(/"lost":"[^"]*"/g, '"lost":null'), timeoutMs)
        : bus.request(subject, data, timeoutMs),
  });
}
