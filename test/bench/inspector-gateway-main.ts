import { once } from 'node:events';
import { pino } from 'pino';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { serveInspector } from '../../src/processes/inspector-process.ts';
import { ThrongFeed } from './inspector-feed.ts';

/** The gateway in a process of its own, so that its processor time can be told; ends with its standard input. */
const [pageDirectory = '', actors = '', events = ''] = process.argv.slice(2);
const inspector = await serveInspector({
  ...{ host: '127.0.0.1', port: 0, tokenFile: null, hosted: false, pageDirectory },
  feed: new ThrongFeed(Number(actors), Number(events)),
  clock: systemClock,
  log: pino({ level: 'warn' }, process.stderr),
});
process.stdout.write(`${inspector.url}\n`);
await once(process.stdin.resume(), 'end');
await inspector.close();
