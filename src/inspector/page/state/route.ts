import { useSyncExternalStore } from 'react';
import type { ActorKindName } from '../../../../machines/protocol/inspection.ts';

export const views = ['fleet', 'machine', 'sequence', 'timeline', 'explain'] as const;
export type View = (typeof views)[number];

/** The actor that is looked at in every view. */
export interface Selection {
  readonly kind: ActorKindName;
  readonly id: string;
  /** Only where it matters in which process it runs. */
  readonly node: string | null;
}

export interface Route {
  readonly view: View;
  readonly selection: Selection | null;
}

const kinds: readonly string[] = ['load-balancer', 'liveness', 'agent', 'device'];

function parse(hash: string): Route {
  const [view, kind, id, node] = hash.replace(/^#\/?/, '').split('/').map(decode);
  const isView = (views as readonly string[]).includes(view ?? '');
  const isActor = kinds.includes(kind ?? '') && id !== undefined && id !== '';
  return {
    view: isView ? (view as View) : 'fleet',
    selection: isActor ? { kind: kind as ActorKindName, id, node: node ?? null } : null,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // Somebody typed it; it names nothing then.
  }
}

export function hashOf({ view, selection }: Route): string {
  const { kind, id, node } = selection ?? {};
  const parts = [view, kind, id, node].filter((part) => part !== undefined && part !== null);
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

let known: { readonly hash: string; readonly route: Route } | null = null;
function current(): Route {
  const { hash } = location;
  if (known?.hash !== hash) known = { hash, route: parse(hash) };
  return known.route;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, current);
export const currentRoute = current;

export function goTo(route: Partial<Route>): void {
  const hash = hashOf({ ...current(), ...route });
  if (hash !== location.hash) location.hash = hash;
}
export const select = (selection: Selection | null, view?: View): void =>
  goTo(view === undefined ? { selection } : { selection, view });
