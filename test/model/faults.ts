import { expect } from 'vitest';
import { Fault } from '../../machines/model/fault.ts';

/** The fault that `act` throws, as `409 words`. */
export function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return `${(error as Fault).status} ${(error as Fault).message}`;
  }
  return 'no fault';
}
