/** A request to the API, as a client sends it. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, such as `/v2.0/lbaas/loadbalancers?name=web`. */
  readonly path: string;
  /** Null: no body. */
  readonly body: object | null;
}

/** What came back. */
export interface ApiAnswer {
  readonly status: number;
  /** Empty where there is no body, otherwise JSON. */
  readonly text: string;
  /** False: the API says that it may be older than what another controller has shown. */
  readonly confirmed: boolean;
}

/** A controller's API, as its clients meet it. */
export type WireApi = (request: ApiRequest) => Promise<ApiAnswer>;
