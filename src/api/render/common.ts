import { childProvisioningStatus, type WireView } from '../../../machines/model/wire-status.ts';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly project_id: string;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly tags: readonly string[];
  readonly created_generation: number;
  readonly changed_generation: number;
}

export const idOnly = ({ id }: { readonly id: string }) => ({ id });

/** Octavia writes no zone and no fractions. */
const seconds = (timestamp: string) => timestamp.slice(0, 19);

/** What is the same in the responses of all resources; `tenant_id` is the project's older name. */
export function namedResponse(resource: Named) {
  return {
    id: resource.id,
    name: resource.name,
    admin_state_up: resource.admin_state_up,
    project_id: resource.project_id,
    tenant_id: resource.project_id,
    created_at: seconds(resource.created_at),
    updated_at: resource.updated_at === null ? null : seconds(resource.updated_at),
    tags: resource.tags,
  };
}

/** {@link namedResponse} of a listener, pool, member or monitor, with its provisioning status. */
export function childResponse(view: WireView, resource: Named) {
  return {
    ...namedResponse(resource),
    provisioning_status: childProvisioningStatus(view, resource),
  };
}
