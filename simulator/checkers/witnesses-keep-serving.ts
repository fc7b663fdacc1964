import { seatsOf } from '../evidence/records.ts';
import type { WorldEvent } from '../world/events.ts';
import { kernelLatenessMs } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';

/** What was under way when the control plane went may still come about. */
const underWayMs = 1_000;

/**
 * From the moment when no judge answers, and also when they are back: what is served at a leased address is
 * served on, by the same holder, and no call touches it; but for a host that was cut off from its witnesses, too, which serves nothing
 * any more when its lease is over. Only for runs in which nothing else happens by then.
 */
export const witnessesKeepServing: CheckerKind = {
  name: 'witnesses-keep-serving',
  start({ world, violate }) {
    const gone = new Set<string>();
    const holders = new Map<string, string>();
    /** What the host that is cut off has held, and others may take. */
    const given = new Set<string>();
    const { leaseMs } = world.options.timings;
    let silentMs = Number.POSITIVE_INFINITY;
    let cutOff: { readonly agent: string; readonly letsGoMs: number } | null = null;
    let isLookedAt = false;

    const noteFault = (event: Extract<WorldEvent, { type: 'fault' }>, atMs: number): void => {
      const { kind, phase, target } = event;
      if (phase !== 'begins') return;
      if (kind === 'agent-cut') {
        cutOff = { agent: target, letsGoMs: atMs + leaseMs + kernelLatenessMs[1] };
        return;
      }
      gone.add(target);
      const isAll = kind === 'nats-restart' || world.controllerIds().every((id) => gone.has(id));
      if (isAll) silentMs = Math.min(silentMs, atMs + underWayMs);
    };
    const isCutOff = (place: string): boolean =>
      cutOff !== null && world.place(place).host === world.hostOf(cutOff.agent);
    /** Once, as soon as it must have let go. */
    const lookAtHost = (atMs: number): void => {
      if (cutOff === null || isLookedAt || atMs <= cutOff.letsGoMs) return;
      isLookedAt = true;
      for (const { name, kernel, device } of world.places.values()) {
        if (kernel === null || !isCutOff(name)) continue;
        for (const id of device.ids()) {
          if (kernel.has(id)) violate(`${name} reaches no witness, and has not let go of it`, id);
        }
      }
    };

    return {
      onEvent(event, atMs) {
        lookAtHost(atMs);
        if (event.type === 'fault') noteFault(event, atMs);
        else if (event.type === 'served') {
          const { place, agent, loadBalancer } = event;
          const isLeased = world.place(place).kernel !== null;
          if (agent !== null || !isLeased || atMs <= silentMs || isCutOff(place)) return;
          violate(`${place} has let go of it although its witnesses answer`, loadBalancer);
        } else if (event.type === 'device' && atMs > silentMs) {
          const { agent, kind, lb } = event.entry;
          const isCut = cutOff !== null && holders.get(lb)?.startsWith(`${cutOff.agent} as `);
          if (isCut === true || given.has(lb)) return;
          violate(`${agent} ${kind} it, although nothing had befallen it`, lb);
        } else if (event.type === 'stored' && event.bucket === 'binding') {
          const { change } = event;
          const binding = change.type === 'put' ? seatsOf(change.value).binding : null;
          const holder = binding === null ? 'nobody' : `${binding.agent} as ${binding.epoch}`;
          const before = holders.get(change.key);
          holders.set(change.key, holder);
          if (cutOff !== null && before?.startsWith(`${cutOff.agent} as `)) given.add(change.key);
          if (atMs <= silentMs || before === undefined || before === holder) return;
          if (given.has(change.key)) return;
          violate(
            `it was held by ${before}, and is by ${holder}, after a mere silence`,
            change.key,
          );
        }
      },
    };
  },
};
