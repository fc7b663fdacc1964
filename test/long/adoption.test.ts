import { test } from 'vitest';
import { loadBalancersEach } from '../adoption/host-state.ts';
import { randomHosts } from '../adoption/random-hosts.ts';

const hosts = 200;
const longestMs = 20 * 60_000;
const comeHome = randomHosts();

test(
  `of ${hosts} hosts with ${loadBalancersEach} load balancers each, exactly the right processes run when their agent came home, and no stranger is harmed`,
  () => comeHome(hosts),
  longestMs,
);
