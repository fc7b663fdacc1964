import type { Attributes, ResourceName } from './resources.ts';

/** `replace` and `add` are batches of a pool's members: without those that are not in it, and with them. */
export const verbs = ['create', 'update', 'delete', 'replace', 'add'] as const;

/** What an edit does to the load balancer or to one of its children. */
export interface Change extends ResourceName {
  readonly verb: (typeof verbs)[number];
  readonly attributes: Attributes;
}

/** Such as `update member pool/member-1`. */
export const changeWords = ({ verb, kind, name }: Change): string =>
  `${verb} ${kind} ${name}`.trimEnd();
