import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { factsOf } from '../../model/entries.ts';
import { type Arrow, type Sequence, type Subject, sequenceOf } from '../../model/sequence.ts';
import { Facts } from '../parts/facts.tsx';
import { formatMoment, formatSpan, plural } from '../parts/format.ts';
import { Empty, StateChip, Toggle } from '../parts/small.tsx';
import { type Selection, useRoute } from '../state/route.ts';
import { useStore } from '../state/use-store.ts';
import { ActorList } from './actor-list.tsx';

export function SequenceView() {
  const { selection } = useRoute();
  const subject = subjectOf(selection);
  return (
    <div className="split sequence">
      <ActorList kinds={['load-balancer', 'liveness']} />
      {subject === null ? (
        <Empty title="Of whom?">
          Choose a load balancer or an agent: who told whom what will be drawn here.
        </Empty>
      ) : (
        <Drawn key={`${subject.kind}/${subject.id}`} subject={subject} />
      )}
    </div>
  );
}

function subjectOf(selection: Selection | null): Subject | null {
  if (selection === null) return null;
  const isAgent = selection.kind === 'liveness' || selection.kind === 'agent';
  return { kind: isAgent ? 'agent' : 'load-balancer', id: selection.id };
}

function Drawn({ subject }: { readonly subject: Subject }) {
  const { store, version } = useStore();
  const [hasMessages, setMessages] = useState(true);
  const [chosen, setChosen] = useState<Arrow | null>(null);
  // Read again a few times a second: all of the history is looked through.
  const beat = store.isLive ? Math.floor(version / 12) : store.history.lastEntry;
  const { kind, id } = subject;
  const all = useMemo(
    () => sequenceOf(store.history.entries(), store.history.newest, { kind, id }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the beat stands for the store's changes
    [store, beat, kind, id],
  );
  const arrows = useMemo(
    () => all.arrows.filter(({ isMessage }) => hasMessages || !isMessage),
    [all, hasMessages],
  );
  if (all.arrows.length === 0) {
    return (
      <Empty title="Nothing was said yet">
        No message and no step about {id} is in the history.
      </Empty>
    );
  }
  return (
    <div className="sequence-main">
      <div className="sequence-head">
        <span>
          {plural(arrows.length, 'arrow')}
          {all.left > 0 && `, ${plural(all.left, 'older one')} left out`}
        </span>
        <Toggle isOn={hasMessages} onToggle={() => setMessages(!hasMessages)}>
          messages on NATS
        </Toggle>
      </div>
      <Diagram sequence={{ ...all, arrows }} chosen={chosen} onChoose={setChosen} />
      {chosen !== null && <Detail arrow={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}

interface DiagramProps {
  readonly sequence: Sequence;
  readonly chosen: Arrow | null;
  readonly onChoose: (arrow: Arrow) => void;
}

const timeWidth = 160;
const rowHeight = 34;
const headHeight = 50;
/** The names of most have room in it, in two lines; and a dozen columns in a small window. */
const columnMin = 74;

function Diagram({ sequence: { participants, arrows }, chosen, onChoose }: DiagramProps) {
  const { store } = useStore();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: arrows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    // The head is within what scrolls; and a little of what comes next is seen as well.
    scrollPaddingEnd: headHeight + 2 * rowHeight,
    overscan: 12,
  });
  const upTo = store.place ?? store.history.last;
  const at = arrows.findLastIndex(({ entry }) => entry.batch <= upTo);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- it follows the moment, and leaves who scrolls alone
  }, [at]);
  const place = new Map(
    participants.map(({ key }, index) => [key, (index + 0.5) / participants.length]),
  );
  const width = timeWidth + participants.length * columnMin;
  return (
    <div className="diagram" ref={scroller}>
      <div className="diagram-head" style={{ minWidth: width }}>
        <span className="diagram-time">time</span>
        {participants.map(({ key, kind, title, subtitle }) => (
          <div key={key} className="participant" data-kind={kind} title={title}>
            <strong>{title}</strong>
            <small className="cut">{subtitle}</small>
          </div>
        ))}
      </div>
      <div className="diagram-rows" style={{ height: virtual.getTotalSize(), minWidth: width }}>
        <div className="lifelines" aria-hidden>
          {participants.map(({ key, kind }) => (
            <i key={key} data-kind={kind} style={{ left: `${(place.get(key) ?? 0) * 100}%` }} />
          ))}
        </div>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const arrow = arrows[index] as Arrow;
          const before = arrows[index - 1];
          return (
            <ArrowRow
              key={arrow.entry.number}
              arrow={arrow}
              sinceMs={before === undefined ? null : arrow.entry.atMs - before.entry.atMs}
              from={place.get(arrow.from) ?? 0}
              to={place.get(arrow.to) ?? 0}
              start={start}
              isFuture={arrow.entry.batch > upTo}
              isChosen={chosen?.entry.number === arrow.entry.number}
              onChoose={() => onChoose(arrow)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface ArrowRowProps {
  readonly arrow: Arrow;
  readonly sinceMs: number | null;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly isFuture: boolean;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function ArrowRow({
  arrow,
  sinceMs,
  from,
  to,
  start,
  isFuture,
  isChosen,
  onChoose,
}: ArrowRowProps) {
  const { store } = useStore();
  const { entry, label, state, tookMs, isFailed, isMessage } = arrow;
  const isSelf = from === to;
  const way = isSelf ? 'self' : from < to ? 'right' : 'left';
  const left = Math.min(from, to) * 100;
  const kind = isFailed ? 'failed' : isMessage ? 'message' : 'event';
  return (
    <button
      type="button"
      className="arrow-row"
      data-future={isFuture || undefined}
      aria-pressed={isChosen}
      style={{ transform: `translateY(${start}px)`, height: rowHeight }}
      onClick={onChoose}
      onDoubleClick={() => store.goTo(entry.batch)}
    >
      <span className="diagram-time">
        <time>{formatMoment(entry.atMs, store.zeroMs)}</time>
        <small>{sinceMs === null ? '' : `+${formatSpan(sinceMs)}`}</small>
      </span>
      <span className="arrow-space">
        <span
          className="arrow"
          data-kind={kind}
          data-way={way}
          style={{ left: `${left}%`, width: isSelf ? undefined : `${Math.abs(to - from) * 100}%` }}
        >
          <span className="arrow-label cut">
            {label}
            {tookMs !== null && <small> {formatSpan(tookMs)}</small>}
          </span>
          {isSelf && state !== null && <StateChip tone={state.tone}>{state.to}</StateChip>}
        </span>
        {!isSelf && state !== null && (
          <span className="arrow-state" data-way={way} style={{ left: `${to * 100}%` }}>
            <StateChip tone={state.tone}>{state.to}</StateChip>
          </span>
        )}
      </span>
    </button>
  );
}

function Detail({ arrow, onClose }: { readonly arrow: Arrow; readonly onClose: () => void }) {
  const { store } = useStore();
  const { entry, label } = arrow;
  return (
    <aside className="detail" aria-label="The message">
      <header>
        <strong className="cut">{label}</strong>
        <button type="button" className="plain" onClick={() => store.goTo(entry.batch)}>
          Go there
        </button>
        <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      <p>{entry.frame?.type === 'message' ? entry.frame.subject : entry.detail}</p>
      <Facts value={factsOf(entry)} />
    </aside>
  );
}
