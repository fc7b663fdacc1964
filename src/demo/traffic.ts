import { type ChildProcess, spawn } from 'node:child_process';
import type { ProbeAnswer } from './prober.ts';

/** The prober's answers as they come in. */
export class Traffic {
  readonly #child: ChildProcess;
  readonly #answers: ProbeAnswer[] = [];
  readonly #waiting: { wanted: (answer: ProbeAnswer) => boolean; resolve: () => void }[] = [];

  constructor(address: string, port: number) {
    const prober = new URL('./prober.ts', import.meta.url).pathname;
    const args = ['--import', import.meta.resolve('tsx'), prober, address, String(port)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
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
