import { request } from 'node:http';
import { systemClock as clock } from '../adapters/system-clock.ts';

/**
 * A client in a process of its own: `node prober.ts <address> <port> <ms to wait for an answer>`. It opens a new connection
 * for each request, a fixed number a second whatever comes of them, and tries nothing again.
 */
const intervalMs = 10;

/** One request, as the prober tells it: wall times in milliseconds. */
export interface ProbeAnswer {
  readonly startedAt: number;
  readonly endedAt: number;
  /** The answer's body, or why there was none. */
  readonly ok: boolean;
  readonly detail: string;
}

function probe(host: string, port: number, timeoutMs: number): void {
  const startedAt = clock.wallMs();
  let told = false;
  const tell = (ok: boolean, detail: string): void => {
    if (told) return;
    told = true;
    const answer: ProbeAnswer = { startedAt, endedAt: clock.wallMs(), ok, detail };
    process.send?.(answer);
  };
  const outgoing = request({ host, port, agent: false, timeout: timeoutMs, path: '/' });
  outgoing.on('response', (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => tell(response.statusCode === 200, body.trim()));
    response.on('error', (error) => tell(false, error.message));
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
  outgoing.on('error', (error) => tell(false, error.message));
  outgoing.end();
}

const [host, port, timeoutMs] = process.argv.slice(2);
if (host === undefined || port === undefined || timeoutMs === undefined) {
  throw new Error('usage: prober.ts <address> <port> <ms to wait for an answer>');
}
const beganMs = clock.monotonicMs();
let sent = 0;
const tick = (): void => {
  // Sent by the clock, not by the last answer: a slow answer must not thin out the load.
  const due = Math.floor((clock.monotonicMs() - beganMs) / intervalMs) + 1;
  for (; sent < due; sent += 1) probe(host, Number(port), Number(timeoutMs));
  clock.setTimer(Math.max(1, beganMs + sent * intervalMs - clock.monotonicMs()), tick);
};
process.on('disconnect', () => process.exit(0));
tick();
