import { atLeast, oldestServer } from './version.ts';

/** The oldest server of a cluster that keeps what it has acknowledged when others are killed (nats-server 6888, and CVE-2025-30215). */
export const oldestInCluster = '2.10.27';

/** What a server says of itself when it is connected to. */
export interface ConnectedServer {
  readonly version: string;
  /** The name of its cluster; none where it stands alone. */
  readonly cluster?: string | undefined;
}

/** Why nothing may be entrusted to this server; null where it may. */
export function whyNotServer(
  { version, cluster }: ConnectedServer,
  { allowOldCluster }: { readonly allowOldCluster: boolean },
): string | null {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  const own = { major, minor, patch, text: version };
  if (!atLeast(own, oldestServer)) {
    return `its NATS server is ${version}, and Holdfast needs ${oldestServer} or newer (${oldestInCluster} is good)`;
  }
  if (cluster === undefined || allowOldCluster || atLeast(own, oldestInCluster)) return null;
  return (
    `its NATS server ${version} is one of the cluster "${cluster}", and clusters before ${oldestInCluster} may lose what ` +
    'they have acknowledged when a server is killed: upgrade them, or accept that with nats.allowOldCluster: true'
  );
}
