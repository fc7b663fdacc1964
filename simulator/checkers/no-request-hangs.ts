import type { CheckerKind } from './checker.ts';

/** What taking an address, the store's own answers and a slow clock may add. */
const marginMs = 10_000;

/** Every request is answered while its controller runs, if only by saying that it can't be done now. */
export const noRequestHangs: CheckerKind = {
  name: 'no-request-hangs',
  start({ world, ledger, violate }) {
    const { apiTimeoutMs, apiAttemptMs } = world.options.timings;
    // First the reads have to be current, which may take two rounds of asking.
    const limitMs = apiTimeoutMs + 2 * apiAttemptMs + marginMs;
    return {
      onEvent(event, atMs) {
        if (event.type !== 'wire') return;
        const { request, answer, controller, askedMs, heldUpMs, lived, client } = event;
        if (answer === null && !lived) return;
        const tookMs = atMs - askedMs - heldUpMs;
        if (tookMs <= limitMs) return;
        const id = ledger.ofClient(client)?.id ?? '';
        const what = `${request.method} ${request.path}`;
        const after = `${Math.round(tookMs)} ms`;
        violate(
          answer === null
            ? `${controller} has not answered ${what} after ${after}`
            : `${controller} answered ${what} only after ${after}`,
          id,
        );
      },
    };
  },
};
