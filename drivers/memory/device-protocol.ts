import { z } from 'zod';
import { ListenerStatistics } from '../../machines/health/statistics.ts';
import { LoadBalancerDocument } from '../../machines/model/document.ts';
import { OperatingReport } from '../../machines/model/status.ts';
import {
  type DriverError,
  FencedError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../contract/errors.ts';

/** What a driver and a memory device in another process say to each other over HTTP. */

/** Bytes of one request or answer; a document of some thousand members is far below. */
export const bodyLimitBytes = 16 * 1024 * 1024;

/** How many load balancers are claimed with one call. */
export const claimsMax = 32;

const agent = z.string().min(1);
const asked = {
  id: z.uuid(),
  epoch: z.int().min(1),
  generation: z.int().min(0),
};

export const ApplyRequest = z.strictObject({ agent, ...asked, document: LoadBalancerDocument });
/** Applies of documents that the device may have already: then they need not be sent. */
export const ClaimRequest = z.strictObject({
  agent,
  claims: z
    .array(z.strictObject({ ...asked, digest: z.string().min(1) }))
    .min(1)
    .max(claimsMax),
});
export type ClaimRequest = z.infer<typeof ClaimRequest>;
export const RemoveRequest = z.strictObject({ agent, ...asked });
export const ObserveRequest = z.strictObject({ agent, id: z.uuid() });
export const SurveyRequest = z.strictObject({ agent });

export const MarkerBody = z.strictObject({
  epoch: z.int(),
  generation: z.int(),
  removed: z.boolean(),
});
export const AppliedBody = z.strictObject({
  marker: MarkerBody,
  contentApplied: z.boolean(),
  operating: OperatingReport,
  etag: z.string(),
});
/** One line of a survey. */
export const SurveyedBody = z.strictObject({
  id: z.string(),
  marker: MarkerBody,
  running: z.boolean(),
  etag: z.string(),
  operating: OperatingReport,
});
export const ObservedBody = z
  .strictObject({ marker: MarkerBody, running: z.boolean(), operating: OperatingReport })
  .nullable();
export const StatisticsBody = ListenerStatistics.nullable();
export const ProbeBody = z.discriminatedUnion('reachable', [
  z.strictObject({ reachable: z.literal(true), detail: z.string() }),
  z.strictObject({
    reachable: z.literal(false),
    reason: z.string(),
    retryAfterMs: z.number().nullable().default(null),
  }),
]);

/** One line of the stream of notices. An empty line says that the connection lives. */
export const NoticeLine = z.strictObject({
  id: z.string(),
  notice: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('down'), reason: z.string() }),
    z.strictObject({ type: z.literal('status'), operating: OperatingReport }),
  ]),
});

export const ErrorBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('retryable'),
    message: z.string(),
    reach: z.enum(['answers', 'busy', 'out of reach', 'not asked']),
    retryAfterMs: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal('permanent'), message: z.string() }),
  z.strictObject({ kind: z.literal('fenced'), message: z.string(), marker: MarkerBody }),
  z.strictObject({ kind: z.literal('unknown'), message: z.string() }),
  /** The request itself was wrong: a bug of the sender. */
  z.strictObject({ kind: z.literal('bad-request'), message: z.string() }),
]);
export type ErrorBody = z.infer<typeof ErrorBody>;

/** What became of each claim, in their order. */
export const ClaimsBody = z.array(
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('applied'), applied: AppliedBody }),
    /** The device has something else, and the document is to be sent. */
    z.strictObject({ type: z.literal('differs') }),
    z.strictObject({ type: z.literal('refused'), error: ErrorBody }),
  ]),
);
export type ClaimsBody = z.infer<typeof ClaimsBody>;

/** The HTTP status that carries each kind of error. */
export const errorStatus: Record<ErrorBody['kind'], number> = {
  retryable: 503,
  permanent: 422,
  fenced: 409,
  unknown: 504,
  'bad-request': 400,
};

export function errorToBody(error: DriverError): ErrorBody {
  const { message } = error;
  if (error instanceof FencedError) return { kind: 'fenced', message, marker: error.marker };
  if (error instanceof RetryableError) {
    const { reach, retryAfterMs } = error;
    return { kind: 'retryable', message, reach, retryAfterMs };
  }
  if (error instanceof PermanentError) return { kind: 'permanent', message };
  return { kind: 'unknown', message };
}

/** The typed error that a body stands for; a plain Error where the sender has a bug. */
export function bodyToError(body: ErrorBody): Error {
  switch (body.kind) {
    case 'retryable':
      return new RetryableError(body.message, body);
    case 'permanent':
      return new PermanentError(body.message);
    case 'fenced':
      return new FencedError(body.message, body.marker);
    case 'unknown':
      return new UnknownOutcomeError(body.message);
    case 'bad-request':
      return new Error(`the memory device calls the request wrong: ${body.message}`);
  }
}
