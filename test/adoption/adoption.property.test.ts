import { test } from 'vitest';
import { loadBalancersEach } from './host-state.ts';
import { randomHosts } from './random-hosts.ts';

/** Each with real HAProxy processes; test/long runs many more. */
const hosts = 10;
const comeHome = randomHosts();

test(
  `of ${hosts} hosts with ${loadBalancersEach} load balancers each, exactly the right processes run when their agent came home, and no stranger is harmed`,
  () => comeHome(hosts, 11),
  180_000,
);
