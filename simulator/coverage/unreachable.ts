/** Transitions that no run can take, as the machines and the virtual world are now, and why. */
export const unreachable: ReadonlyMap<string, string> = new Map([
  [
    'load-balancer.orphaned: place [otherwise]',
    'the memory driver lets every load balancer move, so one that finds no agent is pending',
  ],
]);
