export interface DemoLoadBalancer {
  readonly name: string;
  readonly provider: string;
  readonly subnetId: string;
  readonly port: number;
  /** The servers that its traffic goes to. */
  readonly members: readonly { readonly address: string; readonly protocol_port: number }[];
  /** As Octavia has it; nobody looks whether servers are well without it. */
  readonly healthmonitor?: object;
}

/** The body of a request that creates a load balancer with one HTTP listener in front of these servers. */
export const loadBalancerRequest = ({
  name,
  provider,
  subnetId,
  port,
  ...pool
}: DemoLoadBalancer) => ({
  loadbalancer: {
    name,
    provider,
    vip_subnet_id: subnetId,
    listeners: [
      {
        name: 'http',
        protocol: 'HTTP',
        protocol_port: port,
        default_pool: {
          name: 'web',
          protocol: 'HTTP',
          lb_algorithm: 'ROUND_ROBIN',
          ...pool,
        },
      },
    ],
  },
});
