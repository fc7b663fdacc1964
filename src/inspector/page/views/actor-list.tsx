import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ActorKindName } from '../../../../machines/protocol/inspection.ts';
import { NameOrder } from '../../model/name-order.ts';
import { type Tone, toneOf } from '../../model/tone.ts';
import { type InspectedActor, sessionOf } from '../../model/world.ts';
import { formatCount } from '../parts/format.ts';
import { Mark } from '../parts/small.tsx';
import { type Selection, select, useRoute } from '../state/route.ts';
import { useStore } from '../state/use-store.ts';

const kindTitles: Readonly<Record<ActorKindName, string>> = {
  'load-balancer': 'Load balancers',
  liveness: 'Agents, as judged',
  agent: 'Agents, themselves',
  device: 'Devices',
};

/** Those in trouble come first. */
const rank: Readonly<Record<Tone, number>> = {
  bad: 0,
  lost: 1,
  waiting: 2,
  moving: 3,
  busy: 4,
  gone: 6,
  ok: 5,
  idle: 7,
};

interface ActorListProps {
  readonly kinds: readonly ActorKindName[];
}

/** All actors of a kind, to choose one from. */
export function ActorList({ kinds }: ActorListProps) {
  const { selection } = useRoute();
  const [kind, setKind] = useState<ActorKindName>(kinds[0] ?? 'load-balancer');
  const [text, setText] = useState('');
  const selectedKind = selection?.kind;
  useEffect(() => {
    if (selectedKind !== undefined && kinds.includes(selectedKind)) setKind(selectedKind);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the list follows what is selected, not itself
  }, [selectedKind]);
  const actors = useActors(kind, text);
  return (
    <aside className="actor-list" aria-label="Actors">
      {kinds.length > 1 && (
        <select
          aria-label="Kind of actor"
          value={kind}
          onChange={({ target }) => setKind(target.value as ActorKindName)}
        >
          {kinds.map((each) => (
            <option key={each} value={each}>
              {kindTitles[each]}
            </option>
          ))}
        </select>
      )}
      <input
        type="search"
        placeholder={`Filter ${formatCount(actors.length)}`}
        aria-label="Filter the list"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <Choices actors={actors} selection={selection} />
    </aside>
  );
}

const order = new NameOrder();
const named = ({ label, id, node }: InspectedActor) => ({ name: label ?? id, id: `${id}/${node}` });

function useActors(kind: ActorKindName, text: string): readonly InspectedActor[] {
  const { store, version } = useStore();
  // The order is looked at again a few times a second: a list that jumps can't be read.
  const beat = store.isLive ? Math.floor(version / 10) : version;
  return useMemo(() => {
    const wanted = text.toLowerCase();
    const ofKind = [...store.world.actors.values()].filter((actor) => actor.kind === kind);
    const found =
      wanted === ''
        ? ofKind
        : ofKind.filter(({ label, id, state, node }) =>
            [label ?? id, id, state, node].some((each) => each.toLowerCase().includes(wanted)),
          );
    return order.sort(found, named).sort((a, b) => rank[toneOf(a)] - rank[toneOf(b)]);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the beat stands for the store's changes
  }, [store, beat, kind, text]);
}

interface ChoicesProps {
  readonly actors: readonly InspectedActor[];
  readonly selection: Selection | null;
}

function Choices({ actors, selection }: ChoicesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: actors.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 40,
    overscan: 8,
  });
  const walk = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = actors.findIndex((actor) => isSelected(actor, selection));
    const next = actors[Math.min(actors.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    select({ kind: next.kind, id: next.id, node: next.node });
    virtual.scrollToIndex(actors.indexOf(next));
  };
  return (
    <div
      className="choices"
      ref={scroller}
      role="listbox"
      aria-label="Actors"
      tabIndex={0}
      onKeyDown={walk}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const actor = actors[index] as InspectedActor;
          const { kind, id, label, node, state } = actor;
          return (
            <div
              key={key}
              role="option"
              aria-selected={isSelected(actor, selection)}
              data-session={sessionOf(node, kind, id)}
              className="choice"
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => select({ kind, id, node })}
            >
              <Mark tone={toneOf(actor)} />
              <span className="cut">{label ?? id}</span>
              <small className="cut">{state === '' ? actor.condition : state}</small>
              <small className="choice-node cut">{node}</small>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function isSelected({ kind, id, node }: InspectedActor, selection: Selection | null): boolean {
  if (selection?.kind !== kind || selection.id !== id) return false;
  return selection.node === null || selection.node === node;
}
