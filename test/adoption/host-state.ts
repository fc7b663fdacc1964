import fc from 'fast-check';

/** In what state an agent that comes back finds one load balancer on its host. */
export const loadBalancerState = fc.record({
  /** Whose it is by the record now; it was this agent's, or a neighbour's on the same host. */
  record: fc.constantFrom('mine', 'mine', 'neighbour', 'elsewhere', 'deleted'),
  process: fc.constantFrom('runs', 'runs', 'outdated', 'dead', 'stopped', 'two'),
  pidFile: fc.constantFrom('fresh', 'missing', 'stale', 'foreign', 'corrupt', 'directory'),
  socket: fc.constantFrom('fresh', 'fresh', 'missing', 'stale', 'foreign'),
  /** `stale`: as if the agent had died between the start of the process and its note. */
  marker: fc.constantFrom('fresh', 'fresh', 'stale', 'missing', 'corrupt', 'torn'),
  document: fc.constantFrom('fresh', 'missing', 'corrupt'),
  journal: fc.constantFrom('fresh', 'stale', 'missing', 'corrupt'),
});
export type LoadBalancerState = typeof loadBalancerState extends fc.Arbitrary<infer T> ? T : never;

export const loadBalancersEach = 3;

export const hostState = fc.record({
  loadBalancers: fc.array(loadBalancerState, {
    minLength: loadBalancersEach,
    maxLength: loadBalancersEach,
  }),
  /** The journal's file as a whole. */
  journalFile: fc.constantFrom('whole', 'whole', 'torn', 'garbage', 'missing'),
  /** May its load balancers be taken over on other hosts? Then nothing is taken up unasked. */
  leaves: fc.boolean(),
});
export type HostState = typeof hostState extends fc.Arbitrary<infer T> ? T : never;
