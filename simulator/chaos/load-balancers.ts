import { z } from 'zod';
import { Ledger } from '../workload/ledger.ts';
import type { Target } from './answers.ts';
import type { PatientClient } from './api-client.ts';
import { driverOf, type Kind } from './size.ts';

export interface LoadBalancer extends Target {
  readonly name: string;
  readonly kind: Kind;
}

export interface Wish {
  readonly name: string;
  readonly kind: Kind;
  readonly subnetId: string;
  /** Null: one that is free. */
  readonly address: string | null;
  readonly member: { readonly address: string; readonly port: number };
}

/** Each listens on this port of its own address. */
const port = 8080;

const Created = z.object({ loadbalancer: z.object({ id: z.string(), vip_address: z.string() }) });

/** Creates load balancers through the API, and keeps the book of what it was told. */
export class LoadBalancers {
  readonly ledger = new Ledger();
  readonly all: LoadBalancer[] = [];
  readonly #client: PatientClient;

  constructor(client: PatientClient) {
    this.#client = client;
  }

  get(id: string): LoadBalancer | null {
    return this.all.find((each) => each.id === id) ?? null;
  }

  async create({ name, kind, subnetId, address, member }: Wish): Promise<LoadBalancer> {
    const members = [{ address: member.address, protocol_port: member.port }];
    const pool = { name: 'web', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN', members };
    const listener = { name: 'http', protocol: 'HTTP', protocol_port: port, default_pool: pool };
    const loadbalancer = {
      name,
      provider: driverOf[kind],
      vip_subnet_id: subnetId,
      ...(address === null ? {} : { vip_address: address }),
      listeners: [listener],
    };
    const entry = this.ledger.open(name);
    const { answer } = await this.#client.ask({
      method: 'POST',
      path: '/v2.0/lbaas/loadbalancers',
      body: { loadbalancer },
    });
    if (answer.status >= 300) throw new Error(`${name} was refused: ${answer.text}`);
    const { id, vip_address: given } = Created.parse(JSON.parse(answer.text)).loadbalancer;
    entry.created = 'acknowledged';
    entry.tellId(id);
    const made = { id, name, kind, address: given, port };
    this.all.push(made);
    return made;
  }
}
