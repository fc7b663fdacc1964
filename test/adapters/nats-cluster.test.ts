import { afterAll, beforeAll, expect, test } from 'vitest';
import { presets, type Timings } from '../../machines/timings/timings.ts';
import { pingIntervalMs, pingsOutMax } from '../../src/adapters/client-pace.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { oldestInCluster } from '../../src/nats-server/connected-server.ts';
import { atLeast, natsServerVersion } from '../../src/nats-server/version.ts';
import { RequestTimeout } from '../../src/ports/bus.ts';
import { natsBinary } from './nats-binary.ts';
import { NatsCluster } from './nats-cluster.ts';
import { recordingLog } from './recording-log.ts';
import { until } from './until.ts';

const { ackTimeoutMs } = presets.lan;

let cluster: NatsCluster;
const buses: NatsBus[] = [];

beforeAll(async () => {
  cluster = await NatsCluster.start(['one', 'two'], { jetStream: false });
});

afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await cluster.stop();
});

interface Connecting {
  readonly allowOldCluster?: boolean;
  readonly timings?: Pick<Timings, 'connectTimeoutMs' | 'ackTimeoutMs'>;
}

async function connected(
  name: string,
  servers: readonly string[],
  { allowOldCluster = true, timings = presets.lan }: Connecting = {},
) {
  const log = recordingLog();
  const bus = await connectNatsBus({
    servers,
    name,
    inboxPrefix: `_INBOX_${name}`,
    clock: systemClock,
    log,
    timings,
    allowOldCluster,
    connectDeadlineMs: 10_000,
  });
  buses.push(bus);
  return { bus, log };
}

test('servers that may lose what they have acknowledged are used only by an operator’s word', async () => {
  const version = await natsServerVersion(natsBinary());
  const isGood = atLeast(version, oldestInCluster);

  const attempt = connected('strict', cluster.urls, { allowOldCluster: false }).then(
    () => 'connected',
  );

  if (isGood) await expect(attempt).resolves.toBe('connected');
  else await expect(attempt).rejects.toThrow(/of the cluster "c".*nats\.allowOldCluster: true/);
  const { bus } = await connected('lenient', cluster.urls);
  await bus.ping(5_000);
});

test('a server that hangs is left for the next one, well before the client library notices', async () => {
  const { bus: agent, log } = await connected('agent', cluster.urls);
  const isItsOwn = (url: string) => url.endsWith(agent.connection.getServer());
  const { bus: judge } = await connected('judge', [cluster.urls.find((url) => !isItsOwn(url))!]);
  const its = cluster.nameOf(cluster.urls.find(isItsOwn)!);
  judge.subscribe('heartbeat', (message) => message.reply('acknowledged'));
  await judge.ping(5_000);
  await answered(agent);
  await cluster.hang(its);

  const missed = await answered(agent);
  cluster.goOn(its);

  // By its own pings it would be the first attempt after that.
  const noticedMs = pingIntervalMs * pingsOutMax;
  expect(missed).toBeGreaterThan(0);
  expect(missed * ackTimeoutMs).toBeLessThan(noticedMs);
  expect(log.lines.map(({ message }) => message)).toContain(
    'The NATS server does not answer, so another one is asked.',
  );
});

test('a server that hangs is not tried again before the others, also by who only pings it', async () => {
  // So long that whoever tries it again has failed.
  const timings = { ...presets.lan, connectTimeoutMs: 60_000 };
  const { bus: judge } = await connected('pinging', cluster.urls, { timings });
  const its = cluster.nameOf(
    cluster.urls.find((url) => url.endsWith(judge.connection.getServer()))!,
  );
  await judge.ping(5_000);
  await cluster.hang(its);

  await expect(judge.ping(ackTimeoutMs)).rejects.toThrow(RequestTimeout);
  await until('it has gone to the other server', async () => {
    return await judge.ping(ackTimeoutMs).then(
      () => true,
      () => false,
    );
  });

  cluster.goOn(its);
  expect(judge.status()).toBe('connected');
});

test('a server that is killed is missed by those of the others, and by its own, at once', async () => {
  const { bus: lost } = await connected('lost', cluster.urls);
  const isItsOwn = (url: string) => url.endsWith(lost.connection.getServer());
  const its = cluster.nameOf(cluster.urls.find(isItsOwn)!);
  const { bus: other } = await connected('other', [cluster.urls.find((url) => !isItsOwn(url))!]);
  const heard: string[] = [];
  lost.onServerLost(() => heard.push('lost'));
  other.onServerLost(() => heard.push('other'));
  await until('both servers are known', () => other.connection.info?.connect_urls?.length === 2);

  await cluster.kill(its);

  await until('both have missed it', () => new Set(heard).size === 2);
  expect(lost.status()).toBe('connected');
});

/** Resolves when a heartbeat was answered: how many before it were not. */
async function answered(bus: NatsBus): Promise<number> {
  for (let missed = 0; ;) {
    try {
      await bus.request('heartbeat', '', ackTimeoutMs);
      return missed;
    } catch (error) {
      if (error instanceof RequestTimeout) missed += 1;
      // While it goes from one server to the other, nothing can be sent.
      else await until('the bus is connected', () => bus.status() === 'connected');
    }
    if (missed > 100) throw new Error('100 heartbeats were not answered');
  }
}
