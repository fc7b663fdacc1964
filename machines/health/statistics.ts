import { z } from 'zod';

const count = z.int().min(0);

/** Octavia's five counters of a listener, or of a whole load balancer. */
export const Statistics = z.strictObject({
  active_connections: count,
  bytes_in: count,
  bytes_out: count,
  request_errors: count,
  total_connections: count,
});
export type Statistics = z.infer<typeof Statistics>;

/** The counters of each listener that is bound, by its id. */
export const ListenerStatistics = z.record(z.string(), Statistics);
export type ListenerStatistics = z.infer<typeof ListenerStatistics>;

/** What is told of what was never served: nothing has happened there. */
export const noTraffic: Statistics = {
  active_connections: 0,
  bytes_in: 0,
  bytes_out: 0,
  request_errors: 0,
  total_connections: 0,
};

export function sumOf(statistics: Iterable<Statistics>): Statistics {
  const sum = { ...noTraffic };
  for (const each of statistics) {
    for (const counter of Object.keys(sum) as (keyof Statistics)[]) sum[counter] += each[counter];
  }
  return sum;
}
