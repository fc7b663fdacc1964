import type { Random } from '../../../machines/ports/random.ts';

/** What new resources of one request have in common. */
export interface Birth {
  readonly random: Random;
  /** In the form of `created_at`. */
  readonly now: string;
  readonly projectId: string;
}

interface Common {
  readonly name?: string | null | undefined;
  readonly admin_state_up?: boolean | null | undefined;
  readonly tags?: string[] | null | undefined;
}

/**
 * The attributes that every resource has. The generations are those of a new load balancer; where
 * an existing one is edited, its owner overwrites them.
 */
export function newResource(input: Common, birth: Birth) {
  return {
    id: birth.random.uuid(),
    name: input.name ?? '',
    admin_state_up: stateOf(input.admin_state_up),
    project_id: birth.projectId,
    created_at: birth.now,
    updated_at: null,
    tags: input.tags ?? [],
    created_generation: 1,
    changed_generation: 1,
  };
}

/** Octavia takes an explicit null for false, and only a missing attribute for true. */
function stateOf(value: boolean | null | undefined): boolean {
  return value === undefined ? true : (value ?? false);
}
