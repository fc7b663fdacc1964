import { createHash } from 'node:crypto';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';

const known = new WeakMap<LoadBalancerDocument, string>();

/** By what a document can be known again without being sent. */
export function digestOf(document: LoadBalancerDocument): string {
  let digest = known.get(document);
  if (digest === undefined) {
    digest = createHash('sha256').update(JSON.stringify(document)).digest('base64');
    known.set(document, digest);
  }
  return digest;
}
