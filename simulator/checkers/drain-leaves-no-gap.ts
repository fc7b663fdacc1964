import type { CheckerKind } from './checker.ts';

/** Where agents are only stopped with a goodbye: nobody is lost, nothing waits, and no request fails. */
export const drainLeavesNoGap: CheckerKind = {
  name: 'drain-leaves-no-gap',
  start: ({ violate }) => ({
    onEvent(event) {
      if (event.type === 'transition') {
        const { kind, id, to, event: cause } = event.transition;
        if (kind === 'agent' && to === 'dead') {
          violate(`${id} had said goodbye, and was declared dead by ${cause}`);
        }
        if (kind === 'load-balancer' && to === 'orphaned') {
          violate('it waits for a seat, although its agent had said goodbye', id);
        }
      }
      if (event.type !== 'client' || event.outcome === 'acknowledged') return;
      const { request, outcome, detail, loadBalancer } = event;
      // Who edits what he deletes is told so.
      if (outcome === 'asked' || /^(404|409) /.test(detail)) return;
      violate(`${request} was ${outcome}: ${detail}`, loadBalancer);
    },
  }),
};
