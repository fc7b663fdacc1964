/** A load balancer that is asked. */
export interface Target {
  readonly id: string;
  readonly address: string;
  readonly port: number;
}

/** One request and what it came to; wall times, which all processes of a machine read alike. */
export interface ClientAnswer {
  readonly id: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly ok: boolean;
  /** The address of the host that served it, as the server behind saw it; or why there was no answer. */
  readonly detail: string;
  /** Over a connection that is kept? */
  readonly kept: boolean;
}

/** A host that has answered when everybody was asked for an address. */
export interface Sighting {
  readonly address: string;
  readonly mac: string;
  readonly atMs: number;
}

/** A time in which the clients' own process could not run: whoever asked or answered meanwhile is not judged. */
export interface HoldUp {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the clients' process tells by itself. */
export interface ClientNotice {
  readonly answers: readonly ClientAnswer[];
  readonly sightings: readonly Sighting[];
  readonly holdUps: readonly HoldUp[];
}

export interface ClientOptions {
  /** A request on a new connection this often, whatever comes of the ones before. */
  readonly everyMs: number;
  /** How long one may take. */
  readonly patienceMs: number;
}
