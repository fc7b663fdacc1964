import { z } from 'zod';
import { parseCidr } from '../vips/address.ts';

const cidr = z
  .string()
  .refine(
    (text) => parseCidr(text) !== null,
    'must be a network such as 10.0.0.0/8, or an address',
  );

export const AddressPolicy = z.strictObject({
  /** Networks that may be used although they lie in a refused one that is no more specific. */
  allow: z.array(cidr).default([]),
  /** Networks that nothing may point to, such as those of the agents and of the control plane. */
  deny: z.array(cidr).default([]),
});
export type AddressPolicy = z.infer<typeof AddressPolicy>;

export const ApiConfig = z.strictObject({
  /** Loopback by default: there is no authentication, so reaching the API is being allowed to. */
  host: z.string().default('127.0.0.1'),
  /** Octavia's own port. 0 takes a free one. */
  port: z.int().min(0).max(65535).default(9876),
  /** Further names under which clients may address a loopback API, such as one of a local proxy. */
  allowedHosts: z.array(z.string()).default([]),
  /** Serves load balancers that name no provider. */
  defaultProvider: z.string().max(64),
  /** Owns load balancers that name no project; without Keystone, nothing else says whose they are. */
  defaultProjectId: z.string().max(36).default('default'),
  /** The most items that one answer lists; the rest is on the pages that its links name. */
  pageSizeMax: z.int().min(1).default(1000),
  addressPolicy: AddressPolicy.prefault({}),
});
export type ApiConfig = z.infer<typeof ApiConfig>;
