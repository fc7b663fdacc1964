import { z } from 'zod';
import { type AdminAddress, isHere, parseAdminAddress } from './admin-address.ts';

const addressWords =
  'is to be http://<address>:<port> or unix//<absolute path>, as in "http://127.0.0.1:2019"';

/** What can be set of a driver that configures a Caddy. */
const Options = z
  .strictObject({
    /** Where the admin API of the device answers. */
    admin: z
      .string()
      .refine((text) => parseAdminAddress(text) !== null, { error: `admin ${addressWords}` })
      .default('http://127.0.0.1:2019'),
    /** May it be reached over a network? Its API asks nobody who they are. */
    remote: z.boolean().default(false),
    /** How long one call of the admin API may take; a change waits for all those before it. */
    callTimeoutMs: z.int().min(1).max(60_000).default(5_000),
    /** How often what is watched is read back and compared. */
    auditMs: z.int().min(10).default(5_000),
    /** What becomes of a configuration that a person has changed on the device: put right, or left and told of. */
    onDrift: z.enum(['repair', 'report']).default('repair'),
  })
  .refine(({ admin, remote }) => remote || isHere(parseAdminAddress(admin)), {
    path: ['admin'],
    error:
      'the admin API has no authentication, so it is to be on loopback or a unix socket; ' +
      'set "remote": true where the network keeps everybody else away from it',
  });

export interface CaddyOptions {
  readonly admin: AdminAddress;
  readonly callTimeoutMs: number;
  readonly auditMs: number;
  readonly onDrift: 'repair' | 'report';
}

/** The options with their defaults; throws an error that names the wrong key and what would be right. */
export function readOptions(options: unknown): CaddyOptions {
  const parsed = Options.safeParse(options ?? {});
  if (!parsed.success) {
    throw new Error(`wrong options of the caddy driver:\n${z.prettifyError(parsed.error)}`);
  }
  const { admin, callTimeoutMs, auditMs, onDrift } = parsed.data;
  const address = parseAdminAddress(admin);
  if (address === null) throw new Error(`admin ${addressWords}`);
  return { admin: address, callTimeoutMs, auditMs, onDrift };
}
