import { type ChildProcess, spawn } from 'node:child_process';
import { programWords } from '../processes/program.ts';
import type { ProbeAnswer } from './prober.ts';

/** The prober's answers as they come in. */
export class Traffic {
  readonly #child: ChildProcess;
  readonly #answers: ProbeAnswer[] = [];
  readonly #waiting: { wanted: (answer: ProbeAnswer) => boolean; resolve: () => void }[] = [];

  /** `under` is what puts the client on another host. */
  constructor(
    address: string,
    port: number,
    { under = [], timeoutMs }: { under?: readonly string[]; timeoutMs: number },
  ) {
    const words = [...programWords('src/demo/prober.ts'), address, String(port)];
    const command = [...under, process.execPath, ...words, String(timeoutMs)];
    const [program = process.execPath, ...args] = command;
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (answer: ProbeAnswer) => {
      this.#answers.push(answer);
      for (const waiter of [...this.#waiting]) {
        if (!waiter.wanted(answer)) continue;
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.resolve();
      }
    });
  }

  get answers(): readonly ProbeAnswer[] {
    return this.#answers;
  }

  /** Resolves at the first answer from now on that is wanted. */
  until(wanted: (answer: ProbeAnswer) => boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }
}
