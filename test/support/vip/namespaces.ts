import { namespaceTrouble } from '../../../simulator/chaos/namespaces.ts';

/** Why tests with hosts of their own can't run here; null where they can. Under CI that is a failure. */
export const namespaces: { readonly why: string | null } = { why: await namespaceTrouble() };
