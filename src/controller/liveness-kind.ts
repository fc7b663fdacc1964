import { LivenessContext } from '../../machines/liveness/context.ts';
import type { LivenessMachine } from '../../machines/liveness/machine.ts';
import type { ActorKind } from '../host/actor-kind.ts';
import type { Store } from '../ports/store.ts';

/** Version of the liveness machine's records; raise it with a migration. */
export const livenessVersion = 1;

/** The liveness machine as the host runs it. Its children only ask and look, so none is held. */
export function livenessKind(
  logic: LivenessMachine,
  store: Store,
  hooks: Pick<ActorKind<LivenessContext>, 'stepped' | 'committed' | 'running'>,
): ActorKind<LivenessContext> {
  return {
    machine: 'liveness',
    version: livenessVersion,
    context: LivenessContext,
    migrations: {},
    logic,
    store,
    effects: new Set(),
    early: () => false,
    ended: () => undefined,
    ...hooks,
  };
}
