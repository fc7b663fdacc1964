import { type ChildProcess, spawn } from 'node:child_process';
import type { HostNetwork, NetworkHost } from '../../src/demo/network.ts';
import { programWords } from '../../src/processes/program.ts';

/** A call to a process on another host, and its answer. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}
export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: ToldError;
}
export interface Notice {
  readonly notice: unknown;
}
/** An error as it crosses between processes. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly marker?: unknown;
}

/** A process on a host of the network, whose functions can be called from here. */
export class Remote {
  readonly child: ChildProcess;
  readonly #open = new Map<number, { done(result: unknown): void; failed(e: ToldError): void }>();
  #calls = 0;
  onNotice: (notice: unknown) => void = () => undefined;

  /** `source` is its program's own file, from the checkout's root; `under` is a program, with arguments, that is to start the process. */
  constructor(
    network: HostNetwork,
    host: NetworkHost,
    source: string,
    under: readonly string[] = [],
  ) {
    const words = programWords(source);
    const [first = process.execPath, ...rest] = [...under, process.execPath, ...words];
    const [program, ...args] = network.on(host, first, ...rest);
    this.child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', (message: Answer | Notice) => {
      if ('notice' in message) this.onNotice(message.notice);
      else this.#answered(message);
    });
    this.child.on('exit', () => {
      const error = { name: 'Error', message: 'the process on the other host has ended' };
      for (const { failed } of this.#open.values()) failed(error);
      this.#open.clear();
    });
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { done: resolve, failed: (error) => reject(revived(error)) });
      this.child.send({ id, name, args } satisfies Call);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  #answered({ id, result, error }: Answer): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (error === undefined) open?.done(result);
    else open?.failed(error);
  }
}

/** Set by who knows more kinds of errors. */
let reviver: (error: ToldError) => Error = ({ name, message }) =>
  Object.assign(new Error(message), { name });
export function reviveErrors(revive: (error: ToldError) => Error): void {
  reviver = revive;
}
function revived(error: ToldError): Error {
  return reviver(error);
}

/** The other end: answers calls with these functions. */
export function answerCalls(
  functions: Readonly<Record<string, (...args: never[]) => unknown>>,
): void {
  process.on('message', ({ id, name, args }: Call) => {
    Promise.resolve()
      .then(() => {
        const wanted = functions[name];
        if (wanted === undefined) throw new Error(`there is no function ${name} here`);
        return wanted(...(args as never[]));
      })
      .then(
        (result) => process.send?.({ id, result }),
        (error: Error) => {
          const { name: kind, message } = error;
          const marker = (error as { marker?: unknown }).marker;
          process.send?.({ id, error: { name: kind, message, marker } });
        },
      );
  });
  process.on('disconnect', () => process.exit(0));
}
