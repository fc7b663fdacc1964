import type { LivenessContext } from '../../../machines/liveness/context.ts';
import type { LivenessMachine } from '../../../machines/liveness/machine.ts';
import type { ActorKind } from '../../host/actor-kind.ts';
import type { RecordFormat } from '../../host/record.ts';
import type { Store } from '../../ports/store.ts';

/** The liveness machine as the host runs it. Its children only ask and look, so none is held. */
export function livenessKind(
  format: RecordFormat<LivenessContext>,
  logic: LivenessMachine,
  store: Store,
  hooks: Pick<ActorKind<LivenessContext>, 'stepped' | 'committed' | 'running'>,
): ActorKind<LivenessContext> {
  return {
    ...format,
    logic,
    store,
    effects: new Set(),
    early: () => false,
    ended: () => undefined,
    ...hooks,
  };
}
