/** The largest datagram in bytes: it passes every network in one piece. */
export const datagramBytesMax = 1_200;

/** Thrown by {@link Datagrams.send} for a datagram above {@link datagramBytesMax}: nothing was sent. */
export class DatagramTooLarge extends Error {
  override readonly name = 'DatagramTooLarge';
}

/**
 * Small messages from host to host, without any server between them. Each arrives once, twice, late or
 * never, and nobody is told; anybody may send anything.
 */
export interface Datagrams {
  /** Throws {@link DatagramTooLarge}; whatever else goes wrong looks as if it was lost. */
  send(to: string, data: string): void;
  /** From now on `handle` gets what arrives, with the address that answers reach; it must not throw. */
  listen(handle: (data: string, from: string) => void): void;
  close(): Promise<void>;
}
