/** A failure of the set-up that the reader can mend; its message says what failed and what to do. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Tells what the set-up is doing. On standard error, because standard output belongs to the command
 * that runs afterwards.
 * @param {string} sentence
 */
export function say(sentence) {
  process.stderr.write(`holdfast: ${sentence}\n`);
}
