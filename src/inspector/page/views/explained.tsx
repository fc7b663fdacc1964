import { useMemo } from 'react';
import type { Entry } from '../../model/entries.ts';
import { type Explanation, type Holder, explain, lastTransitions } from '../../model/explain.ts';
import { formatMoment, formatSpan } from '../parts/format.ts';
import { Empty, Mark, Row, StateChip } from '../parts/small.tsx';
import { goTo } from '../state/route.ts';
import type { Store } from '../state/store.ts';
import { useNow, useStore } from '../state/use-store.ts';

interface ExplainedProps {
  readonly id: string;
  readonly isShort?: boolean;
}

/** Why one load balancer is where it is. */
export function Explained({ id, isShort = false }: ExplainedProps) {
  const { store } = useStore();
  const nowMs = useNow(store);
  const told = explain(store.world, id, nowMs);
  if (told === null) {
    return (
      <Empty title="Not known at this moment">
        No process tells of a load balancer with the id {id}.
      </Empty>
    );
  }
  return (
    <article className={isShort ? 'explained short' : 'explained'}>
      <Head told={told} isShort={isShort} />
      <div className="explained-grid">
        <section>
          <h3>Who may serve it</h3>
          <Holders holders={told.holders} />
        </section>
        <section>
          <h3>Record</h3>
          <Record told={told} nowMs={nowMs} store={store} />
        </section>
        {told.rejected.length > 0 && <Rejected rejected={told.rejected} />}
        {!isShort && <Last id={id} />}
      </div>
    </article>
  );
}

const linkTitles = {
  machine: 'Its machine',
  sequence: 'Its messages',
  explain: 'All of it',
} as const;
const fromFleet = ['machine', 'sequence', 'explain'] as const;
const fromExplain = ['machine', 'sequence'] as const;

function Head({ told, isShort }: { readonly told: Explanation; readonly isShort: boolean }) {
  const { cell, where, why, next, isSilent, node } = told;
  return (
    <header className="explained-head">
      <div className="explained-name">
        <h2 className="cut">{cell.name}</h2>
        <StateChip tone={cell.tone}>{cell.state}</StateChip>
      </div>
      {!isShort && <code className="cut">{cell.id}</code>}
      <p className="where">{where}</p>
      <p>{why}</p>
      {next !== '' && <p className="next">{next}</p>}
      {isSilent && <p className="stale">This is as {node} told it last; that is silent now.</p>}
      <div className="links">
        {(isShort ? fromFleet : fromExplain).map((view) => (
          <button key={view} type="button" className="link" onClick={() => goTo({ view })}>
            {linkTitles[view]}
          </button>
        ))}
      </div>
    </header>
  );
}

function Holders({ holders }: { readonly holders: readonly Holder[] }) {
  if (holders.length === 0) return <p className="none">Nobody.</p>;
  return (
    <ul className="holders">
      {holders.map(({ role, seat, host, state, tone, note }) => (
        <li key={`${role}/${seat.agent}/${seat.epoch}`}>
          <Mark tone={tone} />
          <span className="holder-name cut">
            <strong>{seat.agent}</strong>
            <small>{host ?? ''}</small>
          </span>
          <span className="holder-note">
            {role} <small>{note}</small>
          </span>
          <span className="holder-epoch">
            epoch {seat.epoch ?? '?'} <small>incarnation {seat.incarnation ?? '?'}</small>
          </span>
          <span className="holder-state">{state ?? 'not judged'}</span>
        </li>
      ))}
    </ul>
  );
}

function Record({
  told,
  nowMs,
  store,
}: {
  readonly told: Explanation;
  readonly nowMs: number;
  readonly store: Store;
}) {
  const {
    cell,
    generation,
    appliedGeneration,
    lastEpoch,
    device,
    driver,
    mayMove,
    retryAtMs,
    node,
  } = told;
  const moment = (atMs: number) => formatMoment(atMs, store.zeroMs);
  return (
    <dl className="rows">
      <Row name="Generation">
        {generation ?? '?'}{' '}
        <small>
          {generation === appliedGeneration ? 'applied' : `applied: ${appliedGeneration ?? 'none'}`}
        </small>
      </Row>
      <Row name="Last epoch">{lastEpoch ?? '?'}</Row>
      <Row name="Revision">{cell.actor.revision ?? 'no record'}</Row>
      <Row name="Driver">
        {driver ?? '?'} <small>{mayMove ? 'may move to another host' : 'stays on its host'}</small>
      </Row>
      {device !== null && <Row name="Device">{device}</Row>}
      <Row name="Runs in">{node}</Row>
      {cell.waitingSinceMs !== null && (
        <Row name="Waits for">
          {formatSpan(nowMs - cell.waitingSinceMs)}{' '}
          <small>since {moment(cell.waitingSinceMs)}</small>
        </Row>
      )}
      {cell.deadlineAtMs !== null && (
        <Row name="Deadline">
          <Countdown toMs={cell.deadlineAtMs} nowMs={nowMs} />
        </Row>
      )}
      {cell.isOverdue && <Row name="Overdue">its deadline has passed</Row>}
      {retryAtMs !== null && (
        <Row name="Tried again">
          <Countdown toMs={retryAtMs} nowMs={nowMs} />
        </Row>
      )}
    </dl>
  );
}

export function Countdown({ toMs, nowMs }: { readonly toMs: number; readonly nowMs: number }) {
  const left = toMs - nowMs;
  return left >= 0 ? (
    <span className="countdown">in {formatSpan(left)}</span>
  ) : (
    <span className="countdown" data-tone="lost">
      {formatSpan(left)} ago
    </span>
  );
}

function Rejected({ rejected }: Pick<Explanation, 'rejected'>) {
  return (
    <section>
      <h3>Agents that were rejected</h3>
      <ul className="rejected">
        {rejected.map(({ agent, reason }) => (
          <li key={agent}>
            <strong>{agent}</strong> <span>{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Last({ id }: { readonly id: string }) {
  const { store, version } = useStore();
  const beat = store.isLive ? Math.floor(version / 10) : version;
  const last = useMemo(
    () =>
      lastTransitions(
        store.history.entries(0, store.place ?? store.history.last),
        'load-balancer',
        id,
      ),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the beat stands for the store's changes
    [store, beat, id],
  );
  return (
    <section className="last">
      <h3>What it went through</h3>
      {last.length === 0 ? (
        <p className="none">Nothing since it is watched.</p>
      ) : (
        <Steps entries={last} store={store} />
      )}
    </section>
  );
}

export function Steps({
  entries,
  store,
}: {
  readonly entries: readonly Entry[];
  readonly store: Store;
}) {
  return (
    <ol className="steps">
      {entries.map(({ number, atMs, batch, tone, title, step }) => (
        <li key={number}>
          <button type="button" onClick={() => store.goTo(batch)} title="Go there">
            <time>{formatMoment(atMs, store.zeroMs)}</time>
            <Mark tone={tone} />
            <span className="cut">{title}</span>
            <small className="cut">
              {step === null ? '' : step.from === step.to ? 'stays' : step.to}
            </small>
          </button>
        </li>
      ))}
    </ol>
  );
}
