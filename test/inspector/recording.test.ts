import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Batch,
  inspectionVersion,
  type RecordingHeader,
} from '../../machines/protocol/inspection.ts';
import { InspectedWorld } from '../../src/inspector/model/world.ts';
import { readRecording } from '../../src/inspector/recording/recorded-feed.ts';
import { record } from '../../src/inspector/recording/recorder.ts';
import { recordingText } from './support/failover.ts';
import { WatchedCluster } from './support/watched-cluster.ts';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'holdfast-recording-'))));
afterEach(() => rm(directory, { recursive: true }));

const header: RecordingHeader = {
  ...{ holdfast: 'recording', version: inspectionVersion, source: 'production' },
  ...{ title: 'a failover', promise: '', seed: null, startedAtMs: 0 },
};

const [, batch = ''] = recordingText().split('\n');

describe('a recording', () => {
  test('replays to the same states', async () => {
    const cluster = await WatchedCluster.with(['agent-1', 'agent-2']);
    const file = join(directory, 'failover.ndjson');
    const recorder = await record(file, cluster.feed, header);
    const looker = cluster.look();
    const id = await cluster.createBound({ name: 'shop' });
    const holder = cluster.holder(id);
    cluster.killAgent(holder);
    await cluster.until('another holds it', () => cluster.holder(id) !== holder);
    await cluster.untilSettled(id);
    await cluster.run(500);
    await recorder.close();

    const replayed = new InspectedWorld();
    const feed = await readRecording(file);
    feed.attach({
      batch: (_, text) => replayed.apply(Batch.parse(JSON.parse(text))),
      caughtUp: () => undefined,
      status: () => undefined,
    });

    expect(feed.recording).toEqual(header);
    expect([...replayed.actors]).toEqual([...looker.world.actors]);
    expect([...replayed.nodes]).toEqual([...looker.world.nodes]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('never writes over a file', async () => {
    const cluster = await WatchedCluster.with([]);
    const file = join(directory, 'taken');
    await writeFile(file, 'dear to somebody');

    await expect(record(file, cluster.feed, header)).rejects.toThrow(/EEXIST/);

    expect(await readFile(file, 'utf8')).toBe('dear to somebody');
  });

  test.each([
    ['', /is empty/],
    ['rubbish', /line 1 is no JSON/],
    ['{"holdfast":"trace"}', /line 1 is no recording's header/],
    [`${JSON.stringify(header)}`.slice(0, -5), /line 1 is no JSON/],
    [`${JSON.stringify(header)}\n{"version":1\n`, /line 2 is no JSON/],
    [`${JSON.stringify(header)}\n{"version":1\n${batch}`, /line 2 is no JSON/],
    [`${JSON.stringify(header)}\n{"version":9}`, /line 2 is no batch of frames: version/],
  ])('that can’t be read is refused with the line: %s', async (text, why) => {
    const file = join(directory, 'broken');
    await writeFile(file, text);

    await expect(readRecording(file)).rejects.toThrow(why);
  });

  test.each([
    ['cut off', batch.slice(0, -5), 3, 1],
    ['whole', batch, null, 2],
  ])('whose last line has no end is read as far as it goes: %s', async (_, last, line, count) => {
    const file = join(directory, 'killed');
    await writeFile(file, `${JSON.stringify(header)}\n${batch}\n${last}`);

    const feed = await readRecording(file);

    const told: string[] = [];
    feed.attach({
      batch: (_batch, text) => told.push(text),
      caughtUp: () => undefined,
      status: () => undefined,
    });
    expect(feed.cutOffLine).toBe(line);
    expect(told).toEqual(Array(count).fill(batch));
  });
});
