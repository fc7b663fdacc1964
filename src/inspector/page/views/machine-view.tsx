import { useMemo, useState } from 'react';
import { lastTransitions } from '../../model/explain.ts';
import { actorsOf } from '../../model/fleet.ts';
import { numberOf, textOf } from '../../model/reading.ts';
import { toneOf } from '../../model/tone.ts';
import { type InspectedActor, sessionOf } from '../../model/world.ts';
import { Facts } from '../parts/facts.tsx';
import { formatMoment, formatSpan } from '../parts/format.ts';
import { Empty, Row, StateChip } from '../parts/small.tsx';
import { useChart } from '../state/charts.ts';
import { type Selection, select, useRoute } from '../state/route.ts';
import type { Store } from '../state/store.ts';
import { useNow, useStore } from '../state/use-store.ts';
import { ActorList } from './actor-list.tsx';
import { ChartPane } from './chart-pane.tsx';
import { Countdown, Steps } from './explained.tsx';
import { SendDialog } from './send-dialog.tsx';

const kinds = ['load-balancer', 'liveness', 'agent', 'device'] as const;

export function MachineView() {
  const { store } = useStore();
  const { selection } = useRoute();
  const actor = selection === null ? null : actorOf(store, selection);
  return (
    <div className="split machine">
      <ActorList kinds={kinds} />
      {selection === null ? (
        <Empty title="Which actor?">
          Choose one in the list, or search with /. Its machine will be drawn here.
        </Empty>
      ) : actor === null ? (
        <Empty title="It does not run at this moment">
          No process tells of {selection.id} as of now.
        </Empty>
      ) : (
        <Machine actor={actor} store={store} />
      )}
    </div>
  );
}

function actorOf({ world, nowMs }: Store, { kind, id, node }: Selection): InspectedActor | null {
  const exact = node === null ? undefined : world.actors.get(sessionOf(node, kind, id));
  // It may run elsewhere by now.
  return exact ?? actorsOf(world, kind, nowMs).get(id) ?? null;
}

function Machine({ actor, store }: { readonly actor: InspectedActor; readonly store: Store }) {
  const { version } = useStore();
  const { kind, id } = actor;
  const chart = useChart(kind);
  const beat = store.isLive ? actor : version;
  const last = useMemo(
    () => lastTransitions(store.history.entries(0, store.place ?? store.history.last), kind, id),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the beat stands for the store's changes
    [store, beat, kind, id],
  );
  return (
    <>
      <ChartPane chart={chart} actor={actor} step={last[0]?.step ?? null} />
      <aside className="machine-side">
        <Identity actor={actor} store={store} events={chart?.transitions ?? []} />
        <Deadlines actor={actor} store={store} />
        <section>
          <h3>What it went through</h3>
          {last.length === 0 ? (
            <p className="none">Nothing since it is watched.</p>
          ) : (
            <Steps entries={last} store={store} />
          )}
        </section>
        <section>
          <h3>Context</h3>
          <Facts value={actor.context} />
        </section>
      </aside>
    </>
  );
}

interface IdentityProps {
  readonly actor: InspectedActor;
  readonly store: Store;
  readonly events: Parameters<typeof SendDialog>[0]['transitions'];
}

function Identity({ actor, store, events }: IdentityProps) {
  const [isSending, setSending] = useState(false);
  const { kind, id, label, state, condition, trouble, node, revision, steps, context } = actor;
  const canExplain = kind === 'load-balancer' || kind === 'device';
  return (
    <header className="identity">
      <div className="explained-name">
        <h2 className="cut">{label ?? id}</h2>
        <StateChip tone={toneOf(actor)}>{condition === 'running' ? state : condition}</StateChip>
      </div>
      <code className="cut">{id}</code>
      {trouble !== null && <p className="stale">{trouble}</p>}
      <dl className="rows">
        <Row name="Machine">{kind}</Row>
        <Row name="Runs in">{node}</Row>
        <Row name="Record">{revision === null ? 'has none' : `revision ${revision}`}</Row>
        {'generation' in context && (
          <Row name="Generation">
            {shown(context['generation'])}{' '}
            <small>applied: {shown(context['appliedGeneration'])}</small>
          </Row>
        )}
        {'lastEpoch' in context && <Row name="Last epoch">{shown(context['lastEpoch'])}</Row>}
        {'incarnation' in context && <Row name="Incarnation">{shown(context['incarnation'])}</Row>}
        <Row name="Steps">
          {steps} <small>since it is watched</small>
        </Row>
      </dl>
      <div className="links">
        {canExplain && (
          <button
            type="button"
            className="link"
            onClick={() => select({ kind: 'load-balancer', id, node: null }, 'explain')}
          >
            Why it is there
          </button>
        )}
        <button
          type="button"
          className="link"
          onClick={() => select({ kind, id, node }, 'sequence')}
        >
          Its messages
        </button>
        {store.sends && store.isLive && (
          <button type="button" className="plain" onClick={() => setSending(true)}>
            Send an event…
          </button>
        )}
      </div>
      {isSending && (
        <SendDialog actor={actor} transitions={events} onClose={() => setSending(false)} />
      )}
    </header>
  );
}

const shown = (value: unknown) => textOf(value) ?? numberOf(value) ?? 'none';

const moments = ['deadlineAt', 'retryAt', 'keptUntil', 'until'];
const spans = ['waitingSince', 'since'];

/** Every moment in the context that is waited for, counting down, and every one since which it waits. */
function Deadlines({ actor, store }: { readonly actor: InspectedActor; readonly store: Store }) {
  const nowMs = useNow(store, 250);
  const { context } = actor;
  const known = (key: string) => {
    const atMs = numberOf(context[key]);
    return atMs === null || atMs === 0 ? [] : [{ key, atMs }];
  };
  const [ahead, behind] = [moments.flatMap(known), spans.flatMap(known)];
  if (ahead.length + behind.length === 0) return null;
  const moment = (atMs: number) => formatMoment(atMs, store.zeroMs);
  return (
    <section>
      <h3>Times</h3>
      <dl className="rows">
        {ahead.map(({ key, atMs }) => (
          <Row key={key} name={key}>
            <Countdown toMs={atMs} nowMs={nowMs} /> <small>{moment(atMs)}</small>
          </Row>
        ))}
        {behind.map(({ key, atMs }) => (
          <Row key={key} name={key}>
            {formatSpan(nowMs - atMs)} ago <small>{moment(atMs)}</small>
          </Row>
        ))}
      </dl>
    </section>
  );
}
