import { moveIn } from '../workload/operator.ts';
import { type MarkKind, noting, on, type Watch } from './mark.ts';

/** What agents went through, and what their judges thought of it. */
export const agentMarks: readonly MarkKind[] = [
  {
    name: 'failing-member-told',
    summary: 'An agent told controllers that the check of a member fails.',
    start: () => [
      on('sent', ({ subject, data }) => {
        return subject.endsWith('.health') && /"members":\{[^}]*"ERROR"/.test(data);
      }),
    ],
  },
  {
    name: 'dead-by-closed-connection',
    summary: 'An agent was declared dead because its connection was closed and nobody listened.',
    start: () => [judged('dead', 'probe.nobody')],
  },
  {
    name: 'dead-by-silence',
    summary: 'An agent was declared dead because its heartbeats had stopped for too long.',
    start: () => [judged('dead', 'expired')],
  },
  {
    name: 'retired-by-goodbye',
    summary: 'An agent said goodbye, and was let go when nothing was bound to it any more.',
    start: () => [judged('retired', 'emptied')],
  },
  {
    name: 'false-alarm-by-heartbeat',
    summary: 'An agent was suspect, and then heard again.',
    start: () => [judged('alive', 'heard')],
  },
  {
    name: 'false-alarm-by-probe',
    summary: 'An agent was suspect, and answered when it was asked.',
    start: () => [judged('alive', 'probe.answered')],
  },
  {
    name: 'dead-and-alive',
    summary: 'An agent was declared dead while its process lived; it had to begin anew.',
    start(world) {
      const mistaken = new Map<string, object | null>();
      return [
        on('transition', ({ transition: { kind, id, to } }) => {
          if (kind !== 'agent') return false;
          const process = world.agent(id);
          if (to === 'dead') mistaken.set(id, process);
          return to === 'alive' && process !== null && mistaken.get(id) === process;
        }),
      ];
    },
  },
  {
    name: 'isolated-agent-came-back',
    summary: 'An agent without a lease told so, and had one again later under its incarnation.',
    start() {
      const isolated = new Set<string>();
      const holder = /"incarnation":\d+/;
      return [
        on('sent', ({ from, subject, data }) => {
          if (!subject.endsWith('.heartbeat')) return false;
          const isLeased = data.includes('"leased":true');
          // Mostly nobody has ever been, and then it need not be known who this is.
          if (isLeased && isolated.size === 0) return false;
          const process = `${from} ${holder.exec(data)?.[0] ?? ''}`;
          if (isLeased) return isolated.has(process);
          isolated.add(process);
          return false;
        }),
      ];
    },
  },
  {
    name: 'drained-by-an-operator',
    summary: 'A load balancer left an agent that an operator drains, and that lived on.',
    start() {
      const draining = new Set<string>();
      const holders = new Map<string, string>();
      return [
        noting('stored', ({ bucket, change }) => {
          if (bucket !== 'liveness' || change.type !== 'put') return;
          if (change.value.includes('"cordon":{"draining":true')) draining.add(change.key);
          else draining.delete(change.key);
        }),
        on('transition', ({ transition: { kind, id, event, binding } }) => {
          if (kind === 'agent' || binding === null) return false;
          const before = holders.get(id);
          holders.set(id, binding.agent);
          return event === 'agent.leaving' && before !== undefined && draining.has(before);
        }),
      ];
    },
  },
  {
    name: 'moved-by-an-operator',
    summary: 'A load balancer went to the agent that an operator had chosen for it.',
    start() {
      const chosen = new Map<string, string>();
      return [
        noting('asked', ({ request }) => {
          const order = moveIn(request);
          if (order !== null) chosen.set(order.loadBalancer, order.agent);
        }),
        on('transition', ({ transition: { id, event, binding } }) => {
          return event === 'agent.leaving' && chosen.get(id) === binding?.agent;
        }),
      ];
    },
  },
  {
    name: 'restarted-in-time',
    summary: 'An agent was restarted on purpose, and came back while it was waited for.',
    start: () => [
      on('transition', ({ transition: { kind, from, event } }) => {
        return kind === 'agent' && from === 'restarting' && event === 'registered';
      }),
    ],
  },
  {
    name: 'restarted-too-late',
    summary: 'An agent was restarted on purpose, and its lease ended before it was back.',
    start: () => [judged('suspect', 'lease.ended')],
  },
  {
    name: 'restart-without-a-lease',
    summary: 'An agent that was to be restarted was not told that anybody waits for it.',
    start: () => [
      on('logged', ({ message }) => message.startsWith('this agent has no restart lease')),
    ],
  },
  {
    name: 'restart-lease-outlived-its-judge',
    summary:
      'A judge put on record that an agent is waited for, and the next one heard of its return.',
    start() {
      const judges = new Map<string, string>();
      return [
        on('stored', ({ bucket, change, by }) => {
          if (bucket !== 'liveness' || change.type !== 'put') return false;
          const { key, value } = change;
          const judge = judges.get(key);
          judges.delete(key);
          if (value.includes('"value":"restarting"')) judges.set(key, by);
          return judge !== undefined && judge !== by && value.includes('"value":"alive"');
        }),
      ];
    },
  },
];

function judged(state: string, event: string): Watch {
  return on('transition', ({ transition: { kind, to, event: cause } }) => {
    return kind === 'agent' && to === state && cause === event;
  });
}
