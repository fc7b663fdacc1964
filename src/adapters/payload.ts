import { PayloadTooLarge, payloadBytesMax } from '../ports/bus.ts';

/** A UTF-16 code unit takes at most this many bytes as UTF-8. */
const utf8BytesMax = 3;

/** Throws {@link PayloadTooLarge}, so that the sender hears of it and not only the server's log. */
export function assertPayload(subject: string, data: string): void {
  if (data.length * utf8BytesMax <= payloadBytesMax) return;
  const bytes = Buffer.byteLength(data);
  if (bytes > payloadBytesMax) {
    throw new PayloadTooLarge(
      `a message to ${subject} has ${bytes} bytes, and ${payloadBytesMax} is the limit`,
    );
  }
}
