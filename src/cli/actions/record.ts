import { resolve } from 'node:path';
import { delay } from '../../../machines/ports/clock.ts';
import { inspectionVersion, type RecordingHeader } from '../../../machines/protocol/inspection.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { CommandError } from '../../client/api-client.ts';
import { LiveFeed } from '../../inspector/gateway/live-feed.ts';
import { record, type Recorder } from '../../inspector/recording/recorder.ts';
import { createLog, type LogLevel } from '../../log/log.ts';
import { tellReady, untilAskedToStop } from '../../processes/lifecycle.ts';
import { operatorBus, operatorConfig } from '../../processes/watcher.ts';

export interface RecordOptions {
  readonly config?: string;
  readonly directory: string;
  readonly seconds?: number;
  readonly logLevel: LogLevel;
}

/** `holdfast record`; the process ends with it. */
export async function recordAction(path: string, options: RecordOptions): Promise<void> {
  const log = createLog({ level: options.logLevel, name: 'record' });
  const asked = untilAskedToStop(log);
  const { config = null, seconds } = options;
  const watched = await operatorConfig({ config, directory: resolve(options.directory) });
  const bus = await operatorBus(watched, 'recorder', log);
  const feed = new LiveFeed({ bus, clock, log, sends: false });
  const startedAtMs = clock.wallMs();
  const header: RecordingHeader = {
    ...{ holdfast: 'recording', version: inspectionVersion, source: 'production' },
    ...{ title: `production, ${new Date(startedAtMs).toISOString()}`, promise: '', seed: null },
    startedAtMs,
  };
  const file = resolve(path);
  const recorder = await record(file, feed, header).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') {
      throw new CommandError(`${path} is there already: give another name`);
    }
    throw new CommandError(`${path} can't be made: ${error.message}`);
  });
  console.log(
    `Recording into ${path}; ${seconds === undefined ? 'Ctrl-C ends it' : `for ${seconds} s`}.`,
  );
  tellReady(null);
  const over = seconds === undefined ? [] : [delay(clock, seconds * 1_000)];
  await writtenUntil(Promise.race([asked, ...over]), recorder, path);
  await bus.close();
  console.log(
    `${recorder.batches()} batches; look at them with: holdfast inspect --replay ${path}`,
  );
  process.exit(0);
}

/** A disk may be full at any moment, and also only when the last of it is written. */
async function writtenUntil(
  over: Promise<unknown>,
  recorder: Recorder,
  path: string,
): Promise<void> {
  try {
    await Promise.race([over, recorder.written]);
    await recorder.close();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `${path} can't be written any more: ${why}. What is in it can be looked at with: ` +
        `holdfast inspect --replay ${path}`,
    );
  }
}
