import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import { type Apart, nothingApart } from '../../../machines/placement/candidates.ts';

/** Load balancers with the same tag that are to be on different hosts. */
export interface ApartGroup {
  readonly tag: string;
  /** False: together is better than not at all. */
  readonly required: boolean;
}

/** What is known of a load balancer's document. */
export interface Tagged {
  readonly name: string;
  readonly tags: readonly string[];
}

export interface AntiAffinityOptions {
  readonly groups: readonly ApartGroup[];
  /** What the load balancer is called and tagged with; null if there is no such load balancer. */
  readonly tagged: (id: string) => Tagged | null;
  /** The host where the load balancer is bound, in the whole deployment; null where it is not. */
  readonly hostOf: (id: string) => string | null;
}

/** Which load balancers belong to which groups, and where the others of a group are. */
export class AntiAffinity {
  readonly #options: AntiAffinityOptions;
  readonly #groups: ReadonlyMap<string, ApartGroup>;
  readonly #members = new Map<string, Map<string, string>>();
  readonly #tagsOf = new Map<string, readonly string[]>();
  /** Changed since they were indexed: read when somebody is placed, because most never matter. */
  readonly #changed = new Set<string>();

  constructor(options: AntiAffinityOptions) {
    this.#options = options;
    this.#groups = new Map(options.groups.map((group) => [group.tag, group]));
  }

  /** The document of a load balancer has changed, or is gone. */
  changed(id: string): void {
    if (this.#groups.size > 0) this.#changed.add(id);
  }

  /** Does it belong to a group, or did it until now? Then others may wait for what becomes of it. */
  concerns(id: string): boolean {
    if (this.#groups.size === 0) return false;
    const tags = this.#options.tagged(id)?.tags ?? [];
    return this.#tagsOf.has(id) || tags.some((tag) => this.#groups.has(tag));
  }

  /** From whom the load balancer, which is about to be placed, is to be kept apart. */
  of(id: string): Apart {
    if (this.#groups.size === 0) return nothingApart;
    // The watch may not have told yet of one that was just created here.
    this.#changed.add(id);
    for (const each of this.#changed) this.#index(each);
    this.#changed.clear();
    const never = new Map<string, string>();
    const avoid = new Map<string, string>();
    for (const tag of this.#tagsOf.get(id) ?? []) {
      const hosts = this.#groups.get(tag)?.required === true ? never : avoid;
      for (const [other, name] of this.#members.get(tag) ?? []) {
        const host = other === id ? null : this.#options.hostOf(other);
        if (host !== null) hosts.set(host, `which holds ${name} of the group ${tag}`);
      }
    }
    return { never, avoid };
  }

  #index(id: string): void {
    for (const tag of this.#tagsOf.get(id) ?? []) this.#members.get(tag)?.delete(id);
    const document = this.#options.tagged(id);
    const tags = (document?.tags ?? []).filter((tag) => this.#groups.has(tag));
    if (document === null || tags.length === 0) {
      this.#tagsOf.delete(id);
      return;
    }
    this.#tagsOf.set(id, tags);
    for (const tag of tags) {
      const members = this.#members.get(tag) ?? new Map<string, string>();
      this.#members.set(tag, members.set(id, document.name === '' ? id : document.name));
    }
  }
}

/** The host where a load balancer is bound; null where nobody holds it. */
export function boundHost(context: LoadBalancerContext | null): string | null {
  return context?.binding == null ? null : context.host;
}
