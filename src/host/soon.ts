const settled = Promise.resolve();

/** Runs it as a microtask; cheaper than `queueMicrotask`, which makes an async resource for each. */
export function soon(run: () => void): void {
  void settled.then(run);
}
