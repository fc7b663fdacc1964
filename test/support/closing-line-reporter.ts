import type { Reporter, TestModule } from 'vitest/node';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Ends the run with one plain line, `N passed, N failed, N skipped`, for people and machines that
 * read the last line only. With `failOnSkips` a test that did not run fails the run, because a
 * green run must mean that everything was tried.
 */
export class ClosingLineReporter implements Reporter {
  readonly #failOnSkips: boolean;
  readonly #write: (text: string) => void;

  constructor(options: { failOnSkips: boolean; write: (text: string) => void }) {
    this.#failOnSkips = options.failOnSkips;
    this.#write = options.write;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[] = []): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const counted = { passed: 0, failed: 0, skipped: 0 };
    for (const test of tests) {
      const { state } = test.result();
      // A test that is still pending at the end of the run was never reached.
      counted[state === 'pending' ? 'skipped' : state] += 1;
      if (state === 'skipped') this.#tellSkipped(test.module.relativeModuleId, test.fullName);
    }
    // What failed outside of any test counts too: a file that can't be loaded has no tests.
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    counted.failed += brokenFiles + errors.length;
    this.#close(counted);
  }

  #tellSkipped(file: string, name: string): void {
    this.#write(`skipped: ${file} > ${name}\n`);
  }

  #close(tally: Tally): void {
    if (this.#failOnSkips && tally.skipped > 0) {
      this.#write('Skipped tests fail this run (CI or HOLDFAST_NO_SKIPS is set).\n');
      process.exitCode = 1;
    }
    this.#write(`${closingLine(tally)}\n`);
  }
}

export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
