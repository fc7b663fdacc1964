import { Fault } from '../../../machines/model/fault.ts';

/**
 * Refuses a request without having looked at it, because somebody else may have answered it meanwhile, and differently:
 * whoever still waits asks again at once, and whoever has been answered is not deceived.
 */
export function askAgain(why: string): Fault {
  return new Fault(503, why, 0);
}

export function isToAskAgain({ status, retryAfterSeconds }: Fault): boolean {
  return status === 503 && retryAfterSeconds === 0;
}
