import { z } from 'zod';

/** Requests of operators, to the controller that judges an agent; answered as a write is. */

export const CordonRequest = z.strictObject({ draining: z.boolean() });
export const UncordonRequest = z.strictObject({});
export const TrustRequest = z.strictObject({});
