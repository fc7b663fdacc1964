import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { type Fleet, type FleetFilter, fleetOf } from '../../model/fleet.ts';
import { type Tone, toneTitles, tones } from '../../model/tone.ts';
import { formatCount, plural } from '../parts/format.ts';
import { Toggle } from '../parts/small.tsx';
import { useRoute } from '../state/route.ts';
import { useStore } from '../state/use-store.ts';
import { Controllers } from './controllers.tsx';
import { Lanes } from './lanes.tsx';
import { Wanting } from './wanting.tsx';

/** The fleet that is looked at, with as many objects of the one before as are still true. */
export function useFleet(): Fleet {
  const { store, version } = useStore();
  const before = useRef<Fleet>(undefined);
  // Silence is told by the second: the version says all else.
  const second = Math.floor(store.nowMs / 1_000);
  return useMemo(() => {
    const fleet = fleetOf(store.world, store.nowMs, before.current);
    before.current = fleet;
    return fleet;
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the store changes under its version
  }, [store, version, second]);
}

/** No load balancer is ever idle. */
const shownTones = tones.filter((tone) => tone !== 'idle');

export function FleetView() {
  const fleet = useFleet();
  const { selection } = useRoute();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<Tone>>(new Set());
  const sought = useDeferredValue(text);
  const filter: FleetFilter = useMemo(
    () => ({ text: sought.trim(), tones: chosen }),
    [sought, chosen],
  );
  const toggle = (tone: Tone) => {
    const next = new Set(chosen);
    if (!next.delete(tone)) next.add(tone);
    setChosen(next);
  };
  return (
    <div className="fleet">
      <section className="fleet-main" aria-label="Agents and their load balancers">
        <Summary fleet={fleet} chosen={chosen} onToggle={toggle} />
        <Controllers controllers={fleet.controllers} />
        <div className="lanes-head">
          <h2>
            Agents <span>{plural(fleet.agents.length, 'agent')}</span>
          </h2>
          <input
            type="search"
            className="filter"
            placeholder="Filter by name, state, agent, host or reason"
            aria-label="Filter the fleet"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </div>
        <Lanes fleet={fleet} filter={filter} selected={selection} />
      </section>
      <Wanting fleet={fleet} selected={selection} />
    </div>
  );
}

interface SummaryProps {
  readonly fleet: Fleet;
  readonly chosen: ReadonlySet<Tone>;
  readonly onToggle: (tone: Tone) => void;
}

function Summary({ fleet, chosen, onToggle }: SummaryProps) {
  const all = fleet.all.size;
  return (
    <div className="summary">
      <div className="summary-count">
        <strong>{formatCount(all)}</strong>
        <span>{all === 1 ? 'load balancer' : 'load balancers'}</span>
      </div>
      <div className="summary-parts">
        <div className="bar" aria-hidden>
          {tones
            .filter((tone) => fleet.byTone[tone] !== undefined)
            .map((tone) => (
              <i key={tone} data-tone={tone} style={{ flexGrow: fleet.byTone[tone] }} />
            ))}
        </div>
        <div className="bar-legend" role="group" aria-label="Filter by what they are up to">
          {shownTones.map((tone) => (
            <Toggle key={tone} isOn={chosen.has(tone)} onToggle={() => onToggle(tone)} tone={tone}>
              {toneTitles[tone]} <b>{formatCount(fleet.byTone[tone] ?? 0)}</b>
            </Toggle>
          ))}
        </div>
        <p className="states-line">
          {[...fleet.byState]
            .sort(([, a], [, b]) => b - a)
            .map(([state, count]) => (
              <span key={state}>
                {state} <b>{formatCount(count)}</b>
              </span>
            ))}
        </p>
      </div>
    </div>
  );
}
