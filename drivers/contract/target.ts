import type { LoadBalancerDocument } from '../../machines/model/document.ts';

/** One load balancer's full desired state, under the authority of one epoch. */
export interface Target {
  readonly id: string;
  readonly epoch: number;
  readonly generation: number;
  readonly document: LoadBalancerDocument;
}
