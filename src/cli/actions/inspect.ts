import { resolve } from 'node:path';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { CommandError } from '../../client/api-client.ts';
import { startDemoSystem } from '../../demo/system.ts';
import type { Feed } from '../../inspector/gateway/feed.ts';
import { LiveFeed } from '../../inspector/gateway/live-feed.ts';
import { pageDirectory } from '../../inspector/page/build.ts';
import { RecordingError } from '../../inspector/model/recording.ts';
import { readRecording } from '../../inspector/recording/recorded-feed.ts';
import { createLog, type LogLevel } from '../../log/log.ts';
import { serveInspector } from '../../processes/inspector-process.ts';
import { tellReady, untilAskedToStop } from '../../processes/lifecycle.ts';
import { root } from '../../processes/root.ts';
import { operatorBus, operatorConfig } from '../../processes/watcher.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { openInBrowser } from '../browser.ts';

export interface InspectOptions {
  readonly config?: string;
  readonly directory: string;
  readonly demo?: true;
  readonly replay?: string;
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly allowSends?: true;
  readonly stately?: true;
  readonly logLevel: LogLevel;
}

/** What is shown, how that is said, and how it ends. */
interface Shown {
  readonly feed: Feed;
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** `holdfast inspect`; the process ends with it. */
export async function inspectAction(options: InspectOptions): Promise<void> {
  const { host, port, tokenFile = null, stately = false } = options;
  const log = createLog({ level: options.logLevel, name: 'inspect' });
  const asked = untilAskedToStop(log, { endsWithTerminal: options.demo === true });
  const page = await pageDirectory(root);
  const starting = new AbortController();
  void asked.then((why) => starting.abort(new CommandError(`${why} while starting`)));
  const shown = await whatIsShown(options, log, starting.signal);
  const address = { host, port, tokenFile };
  const parts = { feed: shown.feed, pageDirectory: page, hosted: stately, clock, log };
  const inspector = await serveInspector({ ...address, ...parts }).catch(async (error: unknown) => {
    await shown.close();
    throw error;
  });
  const hosted = stately ? [await openHosted(inspector.url, tokenFile !== null)] : [];
  console.log(
    [
      `The inspector is at ${inspector.url}`,
      ...shown.lines.map((line) => `  ${line}`),
      `  tools that speak the Stately Inspector's protocol attach at ${inspector.statelyUrl}`,
      ...hosted.map((line) => `  ${line}`),
      'Ctrl-C stops it.',
    ].join('\n'),
  );
  tellReady(inspector.url);
  await asked;
  await inspector.close();
  await shown.close();
  process.exit(0);
}

/** Opens the page with the hosted Stately Inspector, and says where it is. */
async function openHosted(inspectorUrl: string, isSecret: boolean): Promise<string> {
  const url = inspectorUrl.replace('/inspector/', '/inspector/hosted');
  const isOpen = !isSecret && (await openInBrowser(url));
  return `the hosted Stately Inspector ${isOpen ? 'was opened' : 'is to be opened'} at ${url}`;
}

async function whatIsShown(options: InspectOptions, log: Log, signal: AbortSignal): Promise<Shown> {
  if (options.replay !== undefined) return await recording(options.replay);
  const { config = null, allowSends = false } = options;
  const wantsDemo = options.demo === true && config === null;
  const demo = wantsDemo ? await startDemoSystem({ clock, log, signal }) : null;
  try {
    const directory = demo?.directory ?? resolve(options.directory);
    const watched = await operatorConfig(
      demo === null ? { config, directory } : { config: null, directory },
    );
    const bus = await operatorBus(watched, 'inspector', log);
    return {
      feed: new LiveFeed({ bus, clock, log, sends: allowSends }),
      lines: demo?.lines ?? [`it watches ${watched.nats.servers.join(', ')}`],
      close: async () => {
        await bus.close();
        await demo?.close();
      },
    };
  } catch (error) {
    await demo?.close();
    throw error;
  }
}

async function recording(path: string): Promise<Shown> {
  try {
    const feed = await readRecording(resolve(path));
    const { title, promise } = feed.recording;
    const lines = [
      `it shows the recording ${title}`,
      ...(promise === '' ? [] : [promise]),
      ...(feed.cutOffLine === null
        ? []
        : [
            `its last line, ${feed.cutOffLine}, is cut off and left aside: the recorder was stopped there`,
          ]),
    ];
    return { feed, lines, close: () => Promise.resolve() };
  } catch (error) {
    if (error instanceof RecordingError) throw new CommandError(`${path}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandError(`there is no file ${path}`);
  }
}
