import type { Fault, FaultProblem, Targets } from './fault.ts';

/** What is asked of faults that people write, for the kinds to put together. */
export type Check = (fault: Fault, targets: Targets) => FaultProblem | null;

/** The first problem that one of the checks finds. */
export function firstOf(...checks: readonly Check[]): Check {
  return (fault, targets) => {
    for (const check of checks) {
      const problem = check(fault, targets);
      if (problem !== null) return problem;
    }
    return null;
  };
}

export const targetsAgent: Check = (fault, { agents }) => targetAmong(fault, agents);
export const targetsController: Check = (fault, { controllers }) => targetAmong(fault, controllers);

/** An agent's or a controller's. */
export const targetsProcess: Check = (fault, { agents, controllers }) =>
  targetAmong(fault, [...agents, ...controllers]);

/** The processes that a target lists, and those behind a slash; null: the rest of all. */
export function sidesOf({ target }: Fault): {
  readonly side: readonly string[];
  readonly rest: readonly string[] | null;
} {
  const [side = '', rest] = target.split('/');
  return { side: listed(side), rest: rest === undefined ? null : listed(rest) };
}

const listed = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

/** One or more of them, in any order. */
export const targetsProcesses: Check = (fault, { agents, controllers }) => {
  const processes = [...controllers, ...agents];
  const { side, rest } = sidesOf(fault);
  const known = [...side, ...(rest ?? [])].every((id) => processes.includes(id));
  if (known && side.length > 0) return null;
  const message = `'${fault.target}' must be a list of processes with spaces between them: ${choice(processes)}`;
  return { key: 'target', message };
};
export const targetsHost: Check = (fault, { hosts }) => targetAmong(fault, hosts);
export const targetsDevice: Check = (fault, { devices }) => targetAmong(fault, devices);
export const targetsLoadBalancer: Check = (fault, { loadBalancers }) =>
  targetAmong(fault, loadBalancers);

/** It befalls all there is, so a target would mean nothing. */
export const anyTarget: Check = () => null;

export function targetAmong(
  { kind, target }: Fault,
  targets: readonly string[],
): FaultProblem | null {
  if (targets.includes(target)) return null;
  const message = `'${target}' is no target of ${kind}; it must be ${choice(targets)}`;
  return { key: 'target', message };
}

export function variantAmong(words: readonly string[]): Check {
  return ({ variant }) =>
    words.includes(variant)
      ? null
      : { key: 'variant', message: `'${variant}' must be ${choice(words)}` };
}

/** `wanted` ends the sentence "must be …". */
export function variantIsNumber(from: number, to: number, wanted: string): Check {
  return ({ variant }) => {
    const value = Number(variant);
    const fits = variant.trim() !== '' && value >= from && value <= to;
    return fits ? null : { key: 'variant', message: `'${variant}' must be ${wanted}` };
  };
}

export function variantSays(wanted: string): Check {
  return ({ variant }) =>
    variant === '' ? { key: 'variant', message: `'${variant}' must ${wanted}` } : null;
}

/** How many times as long everything takes. */
export const variantIsFactor = variantIsNumber(
  1,
  100_000,
  'how many times as long each call takes, 1 or more',
);

export const variantIsCount: Check = ({ variant }) =>
  /^[1-9]\d*$/.test(variant)
    ? null
    : { key: 'variant', message: `'${variant}' must be a number of calls, such as '3'` };

export const choice = (words: readonly string[]): string =>
  words.map((word) => `'${word}'`).join(' or ');
