import { Fault } from '../fault.ts';

/** Octavia's words for faults that several resources share; clients and scripts match on them. */

export function notFound(resource: string, id: string): Fault {
  return new Fault(404, `${resource} ${id} not found.`);
}

export function invalid(detail: string): Fault {
  return new Fault(400, `Validation failure: ${detail}`);
}

export function invalidOption(value: string, option: string): Fault {
  return new Fault(400, `${value} is not a valid option for ${option}`);
}

export function conflict(message: string): Fault {
  return new Fault(409, message);
}
