/** The client's own proof that the server still answers: this often, and so many may be missed. */
export const pingIntervalMs = 1_000;
export const pingsOutMax = 2;
/** Between two attempts to be connected again: at least, and at most this much more. */
export const reconnectWaitMs = 50;
export const reconnectJitterMs = 50;
/** As what a ping is among the requests that wait for an answer. */
export const pingSubject = 'PING';
