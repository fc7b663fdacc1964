import { z } from 'zod';

const subject = /^hf\.lb\.[^.]+\.([^.]+)\.move$/;
const Order = z.object({ agent: z.string() });

/** Which load balancer a message gives to which agent; null for any other message. */
export function orderedMove(sent: {
  readonly subject: string;
  readonly data: string;
}): { readonly loadBalancer: string; readonly agent: string } | null {
  const [, loadBalancer] = subject.exec(sent.subject) ?? [];
  if (loadBalancer === undefined) return null;
  return { loadBalancer, agent: Order.parse(JSON.parse(sent.data)).agent };
}
