import { setMaxListeners } from 'node:events';

/**
 * Ends all that a host or a keeper has under way when it stops. As many may wait for it as there are
 * commits in flight; Node takes more than ten for a leak, and says so on standard error.
 */
export function stopSignal(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
