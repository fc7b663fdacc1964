import {
  acksOfAllTickets,
  agentInbox,
  allEvents,
  allSendsByHand,
  connConnect,
  connDisconnect,
  downOfAgent,
  inspection,
  inspectionWatch,
  operatorInbox,
  pullsOfAllQueues,
  sendByHand,
} from '../../machines/protocol/subjects.ts';
import { atLeast, type NatsServerVersion } from './version.ts';

/** NATS' own default; the bus's limit lies below it. */
const maxPayloadBytes = 1024 * 1024;
/** How long an agent may take to answer a request; beyond it, the server drops the answer. */
const responseExpiry = '60s';
const syncIntervalSince = '2.10.0';

export interface NatsServerConfig {
  readonly version: NatsServerVersion;
  readonly port: number;
  readonly host?: string;
  readonly serverName: string;
  readonly storeDir: string;
  readonly pidFile: string;
  readonly logFile: string;
  /** Public nkeys (`U…`). */
  readonly controllerKey: string;
  readonly operatorKey: string;
  readonly agents: readonly { readonly id: string; readonly key: string }[];
  /** How often the server proves that a client is there; 1 s where not given. */
  readonly pingIntervalMs?: number;
  /** The cluster that it is part of; a server of its own where not given. */
  readonly cluster?: NatsClusterConfig;
}

export interface NatsClusterConfig {
  readonly name: string;
  /** Where it listens for the others, at the same address as for clients. */
  readonly port: number;
  /** Where all of them do, such as `nats://127.0.0.1:41235`. */
  readonly routes: readonly string[];
}

/**
 * The configuration of one server. The account SYS tells the account APP of connections that come
 * and go, so that no controller needs the server's own rights. Each agent may send only as itself
 * and hear only what is meant for it; of JetStream it has nothing but the taking and ending of tickets.
 */
export function natsServerConfig(config: NatsServerConfig): string {
  const users = [
    `{ nkey: ${publicKey(config.controllerKey)} }`,
    operatorUser(config.operatorKey),
    ...config.agents.map((agent) => agentUser(agent.id, agent.key)),
  ];
  return `# Written by Holdfast; changes are lost at the next start.
server_name: ${text(config.serverName)}
host: ${text(config.host ?? '127.0.0.1')}
port: ${config.port}
pid_file: ${text(config.pidFile)}
log_file: ${text(config.logFile)}
logfile_size_limit: 10MB
max_payload: ${maxPayloadBytes}
ping_interval: "${config.pingIntervalMs ?? 1_000}ms"
ping_max: 2
write_deadline: "2s"
${clusterText(config)}
jetstream {
  store_dir: ${text(config.storeDir)}
${atLeast(config.version, syncIntervalSince) ? '  # Acknowledged writes must survive a power cut.\n  sync_interval: always\n' : ''}}

system_account: SYS
accounts {
  SYS {
    exports: [
      { stream: "$SYS.ACCOUNT.*.CONNECT" }
      { stream: "$SYS.ACCOUNT.*.DISCONNECT" }
    ]
  }
  APP {
    jetstream: enabled
    imports: [
      { stream: { account: SYS, subject: "$SYS.ACCOUNT.APP.CONNECT" }, to: "${connConnect}" }
      { stream: { account: SYS, subject: "$SYS.ACCOUNT.APP.DISCONNECT" }, to: "${connDisconnect}" }
    ]
    users: [
      ${users.join('\n      ')}
    ]
  }
}
`;
}

function clusterText({ cluster, host = '127.0.0.1' }: NatsServerConfig): string {
  if (cluster === undefined) return '';
  const routes = cluster.routes.map(text).join(', ');
  return `
cluster { name: ${text(cluster.name)}, host: ${text(host)}, port: ${cluster.port}, routes: [${routes}] }
`;
}

function agentUser(id: string, key: string): string {
  return `{
        nkey: ${publicKey(key)}
        permissions: {
          publish: { allow: ["hf.up.${id}.>", "${inspection(id)}", "${pullsOfAllQueues}", "${acksOfAllTickets}"] }
          subscribe: { allow: ["${downOfAgent(id)}", "${inspectionWatch}", "${sendByHand(id)}", "${agentInbox(id)}.>"] }
          allow_responses: { max: 1, expires: "${responseExpiry}" }
        }
      }`;
}

function operatorUser(key: string): string {
  return `{
        nkey: ${publicKey(key)}
        permissions: {
          publish: { allow: ["${inspectionWatch}", "${allSendsByHand}"] }
          subscribe: { allow: ["${allEvents}", "${operatorInbox}.>"] }
        }
      }`;
}

function publicKey(key: string): string {
  if (!/^U[A-Z2-7]{55}$/.test(key)) {
    throw new Error(`"${key.slice(0, 2)}…" is no public nkey of a user: U and 55 of A-Z and 2-7`);
  }
  return key;
}

/** A string in the configuration's syntax, which has JSON's escapes for all that a path may hold. */
function text(value: string): string {
  return JSON.stringify(value);
}
