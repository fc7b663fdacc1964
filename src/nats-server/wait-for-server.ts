import { connect } from 'node:net';
import { type Clock, delay } from '../../machines/ports/clock.ts';

const attemptEveryMs = 25;
const attemptTimeoutMs = 1_000;

/** Resolves true as soon as a NATS server greets on the port, false at the deadline or when `ended`. */
export async function waitForServer(
  clock: Clock,
  options: { host: string; port: number; timeoutMs: number; ended: () => boolean },
): Promise<boolean> {
  const endMs = clock.monotonicMs() + options.timeoutMs;
  while (!options.ended() && clock.monotonicMs() < endMs) {
    if (await greets(clock, options.host, options.port)) return true;
    await delay(clock, attemptEveryMs);
  }
  return false;
}

/** A NATS server speaks first, so a port that is merely open is told apart. */
function greets(clock: Clock, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const end = (answer: boolean) => {
      clock.clearTimer(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = clock.setTimer(attemptTimeoutMs, () => end(false));
    socket.once('data', (data) => end(data.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
