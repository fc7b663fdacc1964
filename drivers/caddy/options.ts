import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseSecretReference, secretReferenceWords } from '../../machines/ports/secrets.ts';
import { type AdminAddress, isHere, parseAdminAddress } from './admin-address.ts';
import type { Authorization } from './credentials.ts';

const addressWords =
  'is to be http://<address>:<port>, https://<name>:<port> or unix//<absolute path>, as in "http://127.0.0.1:2019"';

/** What can be set of a driver that configures a Caddy. */
const Options = z
  .strictObject({
    /** Where the admin API of the device answers. */
    admin: z
      .string()
      .refine((text) => parseAdminAddress(text) !== null, { error: `admin ${addressWords}` })
      .default('http://127.0.0.1:2019'),
    /** A file with the certificates, in PEM, of those who vouch for the device; only for https. */
    ca: z.string().startsWith('/', 'ca is to be an absolute path').optional(),
    /** How agents say who they are, where something in front of the admin API asks. */
    authorization: z
      .strictObject({
        scheme: z.enum(['Bearer', 'Basic'], { error: 'give Bearer or Basic' }),
        secret: z.string().refine((text) => parseSecretReference(text) !== null, {
          error: `secret ${secretReferenceWords}`,
        }),
      })
      .optional(),
    /** May it be reached over a network? Its API asks nobody who they are. */
    remote: z.boolean().default(false),
    /** How long one call of the admin API may take; a change waits for all those before it. */
    callTimeoutMs: z.int().min(1).max(60_000).default(5_000),
    /** How often what is watched is read back and compared. */
    auditMs: z.int().min(10).default(5_000),
    /** What becomes of a configuration that a person has changed on the device: put right, or left and told of. */
    onDrift: z.enum(['repair', 'report']).default('repair'),
  })
  .refine(({ admin, authorization }) => authorization === undefined || isPrivate(admin), {
    path: ['authorization'],
    error:
      'credentials over plain http can be read on the way; ' +
      'admin is to be https, on loopback or a unix socket',
  })
  .refine(({ admin, ca }) => ca === undefined || isSecure(parseAdminAddress(admin)), {
    path: ['ca'],
    error: 'only https has certificates, and admin is not https',
  })
  .refine(isKeptFromOthers, {
    path: ['admin'],
    error:
      'the admin API has no authentication, so it is to be on loopback or a unix socket; give an ' +
      '"authorization" where something in front of it asks for that, by https, or set "remote": true ' +
      'where the network keeps everybody else away from it',
  });

interface Given {
  readonly admin: string;
  readonly remote: boolean;
  readonly authorization?: Authorization | undefined;
}

function isKeptFromOthers({ admin, remote, authorization }: Given): boolean {
  return remote || authorization !== undefined || isHere(parseAdminAddress(admin));
}

/** Can nobody on the way read what is sent? */
function isPrivate(admin: string): boolean {
  const address = parseAdminAddress(admin);
  return isSecure(address) || isHere(address);
}

function isSecure(address: AdminAddress | null): boolean {
  return address?.kind === 'tcp' && address.secure;
}

export interface CaddyOptions {
  readonly admin: AdminAddress;
  /** PEM; null: those that the system trusts. */
  readonly ca: string | null;
  readonly authorization: Authorization | null;
  readonly callTimeoutMs: number;
  readonly auditMs: number;
  readonly onDrift: 'repair' | 'report';
}

/** The options with their defaults; throws an error that names the wrong key and what would be right. */
export async function readOptions(options: unknown): Promise<CaddyOptions> {
  const parsed = Options.safeParse(options ?? {});
  if (!parsed.success) {
    throw new Error(`wrong options of the caddy driver:\n${z.prettifyError(parsed.error)}`);
  }
  const { admin, ca, authorization = null, callTimeoutMs, auditMs, onDrift } = parsed.data;
  const address = parseAdminAddress(admin);
  if (address === null) throw new Error(`admin ${addressWords}`);
  const trusted = ca === undefined ? null : await certificatesIn(ca);
  return { admin: address, ca: trusted, authorization, callTimeoutMs, auditMs, onDrift };
}

async function certificatesIn(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`ca: ${path} can't be read: ${error.code}`);
  });
  try {
    new X509Certificate(pem);
  } catch {
    throw new Error(`ca: ${path} holds no certificate in PEM`);
  }
  return pem;
}
