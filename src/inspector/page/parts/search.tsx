import { useId, useState } from 'react';
import { actorsOf } from '../../model/fleet.ts';
import { compare } from '../../model/name-order.ts';
import { toneOf } from '../../model/tone.ts';
import { currentRoute, select } from '../state/route.ts';
import { useStore } from '../state/use-store.ts';
import { Mark } from './small.tsx';

const resultsMax = 10;

interface Found {
  readonly kind: 'load-balancer' | 'liveness';
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly tone: ReturnType<typeof toneOf>;
}

/** Finds load balancers and agents by their names and ids. */
export function Search() {
  const { store } = useStore();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const list = useId();
  const found = isOpen && text !== '' ? find(store, text) : [];
  const take = (one: Found | undefined) => {
    if (one === undefined) return;
    select({ kind: one.kind, id: one.id, node: null }, viewFor(one));
    setText('');
    (document.activeElement as HTMLElement | null)?.blur();
  };
  const press = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter') take(found[at]);
    else if (event.key === 'Escape') (event.target as HTMLElement).blur();
    else return;
    event.preventDefault();
  };
  return (
    <div className="search">
      <input
        id="search"
        type="search"
        placeholder="Find a load balancer or agent   /"
        aria-label="Find a load balancer or agent"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={list}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      {isOpen && text !== '' && (
        <ul id={list} className="results" role="listbox" aria-label="Found">
          {found.map((one, index) => (
            <li
              key={`${one.kind}/${one.id}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <Mark tone={one.tone} />
              <span className="cut">{one.name}</span>
              <small>{one.kind === 'liveness' ? 'agent' : one.state}</small>
            </li>
          ))}
          {found.length === 0 && <li className="none">Nothing is called like that</li>}
        </ul>
      )}
    </div>
  );
}

/** A view that shows it well: not everything has an explanation. */
function viewFor({ kind }: Found) {
  const { view } = currentRoute();
  return view === 'explain' && kind === 'liveness' ? 'machine' : view;
}

function find({ world, nowMs }: ReturnType<typeof useStore>['store'], text: string): Found[] {
  const wanted = text.toLowerCase();
  const found: Found[] = [];
  for (const kind of ['liveness', 'load-balancer'] as const) {
    for (const actor of actorsOf(world, kind, nowMs).values()) {
      const name = actor.label ?? actor.id;
      const isFound =
        name.toLowerCase().includes(wanted) || actor.id.toLowerCase().includes(wanted);
      if (isFound)
        found.push({ kind, id: actor.id, name, state: actor.state, tone: toneOf(actor) });
    }
  }
  const rank = ({ name }: Found) => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name)).slice(0, resultsMax);
}
