import { onTestFinished } from 'vitest';
import type { Target } from '../../../drivers/contract/target.ts';
import type {
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../../machines/model/document.ts';
import { listener, loadBalancerDocument, member, pool } from '../../fixtures/documents.ts';
import { type Backend, startBackend } from './backend.ts';
import { type HaproxyHost, haproxyHost, vip } from './haproxy-host.ts';
import { freePort } from './traffic.ts';

export interface World {
  readonly host: HaproxyHost;
  /** A web server that ends with the test. */
  backend(name: string): Promise<Backend>;
  freePort(): Promise<number>;
}

/** A host with HAProxy and web servers, ended with the test. */
export async function world(): Promise<World> {
  const host = await haproxyHost();
  onTestFinished(() => host.close());
  return {
    host,
    async backend(name) {
      const backend = await startBackend(name);
      onTestFinished(() => backend.close());
      return backend;
    },
    freePort: () => freePort(vip),
  };
}

export interface Web {
  readonly document: LoadBalancerDocument;
  readonly listener: Listener;
  readonly pool: Pool;
  readonly members: readonly Member[];
}

/** A load balancer with one listener, before one pool of the given backends. */
export function web(
  port: number,
  backends: readonly Backend[],
  given: {
    id?: string;
    listener?: Partial<Listener>;
    pool?: Partial<Pool>;
    member?: Partial<Member>;
  } = {},
): Web {
  const members = backends.map((backend) =>
    member({ protocol_port: backend.port, ...given.member }),
  );
  const behind = pool({ members, ...given.pool });
  const front = listener({ protocol_port: port, default_pool_id: behind.id, ...given.listener });
  const document = loadBalancerDocument({
    vip_address: vip,
    listeners: [front],
    pools: [behind],
    ...(given.id === undefined ? {} : { id: given.id }),
  });
  return { document, listener: front, pool: behind, members };
}

export function targetOf(document: LoadBalancerDocument, epoch = 1, generation = 1): Target {
  return { id: document.id, epoch, generation, document };
}
