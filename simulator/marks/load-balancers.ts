import type { Seat } from '../../machines/protocol/seat.ts';
import { type Seats, seatsOf } from '../evidence/records.ts';
import { type MarkKind, noting, on, type Watch } from './mark.ts';

/** What became of load balancers. */
export const loadBalancerMarks: readonly MarkKind[] = [
  {
    name: 'promoted-by-a-claim',
    summary: 'A standby was promoted because it told that it holds the epoch of its grant (R9).',
    start: () => reboundBy('claim', ({ standby }, { epoch }) => epoch === standby?.epoch),
  },
  {
    name: 'bound-above-a-claim',
    summary: 'A holder was bound again above the epoch that somebody was seen to hold (R9).',
    start: () => reboundBy('claim', ({ binding }, { agent }) => agent === binding?.agent),
  },
  {
    name: 'repaired-by-a-refusal',
    summary: 'The refusal of a command showed that the record was behind its device (R9).',
    start: () => reboundBy('driven.fenced', () => true),
  },
  {
    name: 'bound-again-in-place',
    summary: 'An agent that came back took its own load balancer again under a new epoch (R10).',
    start() {
      const holders = new Map<string, Seat>();
      return [
        on('stored', ({ bucket, change }) => {
          if (bucket !== 'binding' || change.type !== 'put') return false;
          const { binding } = seatsOf(change.value);
          if (binding === null) return false;
          const before = holders.get(change.key);
          holders.set(change.key, binding);
          return before?.agent === binding.agent && before.incarnation < binding.incarnation;
        }),
      ];
    },
  },
  {
    name: 'orphaned-then-settled',
    summary: 'A load balancer lost its holder, and was settled at another one.',
    start() {
      const orphans = new Map<string, string>();
      return [
        on('transition', ({ transition: { kind, id, to, binding } }) => {
          if (kind !== 'load-balancer' || binding === null) return false;
          if (to === 'orphaned') orphans.set(id, binding.agent);
          const lost = orphans.get(id);
          return to === 'bound.settled' && lost !== undefined && lost !== binding.agent;
        }),
      ];
    },
  },
  {
    name: 'moved-on-goodbye',
    summary: 'A load balancer moved because its agent said goodbye.',
    start: () => [
      on('transition', ({ transition: { kind, event, to } }) => {
        return kind === 'load-balancer' && event === 'agent.leaving' && to === 'rebinding';
      }),
    ],
  },
  {
    name: 'deleted-while-orphaned',
    summary: 'A load balancer was deleted while nobody held it.',
    start: () => [
      on('transition', ({ transition: { from, to } }) => {
        return from === 'orphaned' && to.startsWith('deleting');
      }),
    ],
  },
  {
    name: 'overdue-then-settled',
    summary: 'A deadline passed, so the load balancer was shown in ERROR, and was settled later.',
    start() {
      const overdue = new Set<string>();
      return [
        on('stored', ({ bucket, change }) => {
          if (bucket !== 'binding' || change.type !== 'put') return false;
          const { key, value } = change;
          if (value.includes('"overdue":true')) overdue.add(key);
          else if (overdue.has(key)) return value.includes('"value":{"bound":"settled"}');
          return false;
        }),
      ];
    },
  },
  {
    name: 'edited-while-rebinding',
    summary: 'An edit was acknowledged while the load balancer was on its way to another holder.',
    start() {
      const states = new Map<string, string>();
      return [
        noting('transition', ({ transition: { id, to } }) => {
          states.set(id, to);
        }),
        on('client', ({ request, outcome, loadBalancer }) => {
          if (request !== 'edit' || outcome !== 'acknowledged') return false;
          return states.get(loadBalancer) === 'rebinding';
        }),
      ];
    },
  },
  {
    name: 'waited-for-a-living-agent',
    summary: 'A load balancer waited because every agent was suspect, dead or leaving.',
    start: () => [waiting(/no agent can take it: \S+ is (suspect|dead|draining|retired)/)],
  },
];

/** Another binding than the one on record, decided by this event, and not by placement. */
function reboundBy(
  event: string,
  isMeant: (onRecord: Seats, holder: Seat) => boolean,
): readonly Watch[] {
  const records = new Map<string, Seats>();
  return [
    noting('stored', ({ bucket, change }) => {
      if (bucket === 'binding' && change.type === 'put') {
        records.set(change.key, seatsOf(change.value));
      }
    }),
    on('transition', ({ transition: { kind, id, binding, event: cause, to } }) => {
      if (kind !== 'load-balancer' || binding === null) return false;
      const onRecord = records.get(id);
      if (cause !== event || to !== 'rebinding' || onRecord === undefined) return false;
      return isMeant(onRecord, binding);
    }),
  ];
}

/** Somebody waits, and the reason on record reads like this. */
function waiting(reason: RegExp): Watch {
  return on('stored', ({ bucket, change }) => {
    return bucket === 'binding' && change.type === 'put' && reason.test(change.value);
  });
}
