import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Entry, type EntryKind, factsOf } from '../../model/entries.ts';
import { Facts } from '../parts/facts.tsx';
import { formatCount, formatMoment, formatSpan } from '../parts/format.ts';
import { Overview } from '../parts/overview.tsx';
import { Empty, Mark, Toggle } from '../parts/small.tsx';
import { select } from '../state/route.ts';
import { useStore } from '../state/use-store.ts';

const kindTitles: Readonly<Record<EntryKind, string>> = {
  step: 'steps',
  message: 'messages',
  trouble: 'troubles',
  fault: 'faults',
  violation: 'violations',
  hand: 'by hand',
  gone: 'gone',
  gap: 'gaps',
};
const usual: readonly EntryKind[] = ['step', 'trouble', 'fault', 'violation', 'hand', 'gap'];

interface Window {
  readonly from: number;
  readonly to: number;
}

/** All that happened, in a list and as amounts over time. */
export function TimelineView() {
  const { store } = useStore();
  const [kinds, setKinds] = useState<ReadonlySet<EntryKind>>(new Set(usual));
  const [text, setText] = useState('');
  const { span, zoom, reset, isZoomed } = useZoom();
  const shown = useEntries(kinds, text, isZoomed ? span : null);
  const [open, setOpen] = useState<Entry | null>(null);
  const openEntry = useCallback(
    (entry: Entry) => {
      setOpen(entry);
      if (!store.isLive) store.goTo(entry.batch);
    },
    [store],
  );
  const toggle = (kind: EntryKind) => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    setKinds(next);
  };
  return (
    <div className="timeline">
      <div className="timeline-head">
        <div className="toggles" role="group" aria-label="What is listed">
          {(Object.keys(kindTitles) as EntryKind[]).map((kind) => (
            <Toggle key={kind} isOn={kinds.has(kind)} onToggle={() => toggle(kind)}>
              {kindTitles[kind]}
            </Toggle>
          ))}
        </div>
        <input
          type="search"
          placeholder="Filter what happened"
          aria-label="Filter the timeline"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <span className="timeline-count">{formatCount(shown.length)} listed</span>
        <span className="zoom-keys">
          <button
            type="button"
            className="quiet"
            onClick={() => zoom(1.6)}
            aria-label="Zoom out"
            title="Zoom out (−)"
          >
            −
          </button>
          <button type="button" className="quiet" onClick={reset} title="All of it (0)">
            {formatSpan(span.to - span.from)}
          </button>
          <button
            type="button"
            className="quiet"
            onClick={() => zoom(1 / 1.6)}
            aria-label="Zoom in"
            title="Zoom in (+)"
          >
            +
          </button>
        </span>
      </div>
      <div className="timeline-overview" onWheel={(event) => zoom(event.deltaY > 0 ? 1.25 : 0.8)}>
        <Overview
          from={span.from}
          to={span.to}
          height={72}
          label="What happened when: choose a moment"
          onPick={(atMs) => store.goTo(store.history.placeAt(atMs))}
        />
      </div>
      {shown.length === 0 ? (
        <Empty title="Nothing is listed">Nothing that happened passes the filters.</Empty>
      ) : (
        <List entries={shown} open={open} onOpen={openEntry} />
      )}
      {open !== null && <Detail entry={open} onClose={() => setOpen(null)} />}
    </div>
  );
}

/** The part of the history that is looked at; it is zoomed around the moment that is looked at. */
function useZoom() {
  const { store } = useStore();
  const { history } = store;
  const all: Window = { from: history.timeAt(history.first), to: history.timeAt(history.last) };
  const [zoomed, setZoomed] = useState<Window | null>(null);
  const span = zoomed ?? all;
  const zoom = (factor: number) => {
    const center = Math.min(span.to, Math.max(span.from, store.nowMs));
    const from = Math.max(all.from, center - (center - span.from) * factor);
    const to = Math.min(all.to, center + (span.to - center) * factor);
    if (to - from < 20) return;
    setZoomed(from <= all.from && to >= all.to ? null : { from, to });
  };
  const reset = () => setZoomed(null);
  const newest = useRef({ zoom, reset });
  useEffect(() => {
    newest.current = { zoom, reset };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (
        event.target instanceof Element &&
        event.target.closest('input, textarea, select, dialog')
      )
        return;
      if (event.key === '+' || event.key === '=') newest.current.zoom(1 / 1.6);
      else if (event.key === '-') newest.current.zoom(1.6);
      else if (event.key === '0') newest.current.reset();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return { span, zoom, reset, isZoomed: zoomed !== null };
}

/** Those that pass. What came before is not looked at again while only more comes. */
function useEntries(
  kinds: ReadonlySet<EntryKind>,
  text: string,
  span: Window | null,
): readonly Entry[] {
  const { store, version } = useStore();
  const beat = store.isLive ? Math.floor(version / 4) : store.history.lastEntry;
  const known = useRef<{ key: object; upTo: number; list: Entry[] }>({
    key: {},
    upTo: -1,
    list: [],
  });
  const key = useMemo(
    () => ({ kinds, text, span: `${span?.from} ${span?.to}`, history: store.history }),
    [kinds, text, span?.from, span?.to, store.history],
  );
  return useMemo(() => {
    const isMore = known.current.key === key;
    const [from, old] = isMore ? [known.current.upTo + 1, known.current.list] : [0, []];
    const passed = passing(store.history.entries(from), kinds, text.toLowerCase(), span);
    const { firstEntry, lastEntry } = store.history;
    const kept =
      old.length > 0 && (old[0]?.number ?? 0) < firstEntry
        ? old.filter(({ number }) => number >= firstEntry)
        : old;
    const list = passed.length === 0 && kept === old ? old : [...kept, ...passed];
    known.current = { key, upTo: lastEntry, list };
    return list;
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the beat stands for the store's changes
  }, [key, beat]);
}

function passing(
  entries: Iterable<Entry>,
  kinds: ReadonlySet<EntryKind>,
  text: string,
  span: Window | null,
): Entry[] {
  const passed: Entry[] = [];
  for (const entry of entries) {
    if (!kinds.has(entry.kind)) continue;
    if (span !== null && (entry.atMs < span.from || entry.atMs > span.to)) continue;
    if (text !== '') {
      const { title, detail, node, actor } = entry;
      const isFound = [title, detail, node, actor?.label ?? '', actor?.id ?? ''].some((each) =>
        each.toLowerCase().includes(text),
      );
      if (!isFound) continue;
    }
    passed.push(entry);
  }
  return passed;
}

interface ListProps {
  readonly entries: readonly Entry[];
  readonly open: Entry | null;
  readonly onOpen: (entry: Entry) => void;
}

/**
 * No function in here may hold `entries`: a browser keeps a row that is gone for a while, with the functions that it
 * was given, and each would keep all that happened until then.
 */
function List({ entries, open, onOpen }: ListProps) {
  const { store } = useStore();
  const scroller = useRef<HTMLDivElement>(null);
  const upTo = store.place ?? store.history.last;
  const at = lastUpTo(entries, upTo);
  const names = useNames();
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 30,
    // A little of what comes next is seen as well.
    scrollPaddingEnd: 90,
    overscan: 16,
  });
  useEffect(() => {
    if (at < 0) return;
    // At the end one stays by going there: to look for an index there has the browser lay out all again and again.
    if (store.isLive) scroller.current?.scrollTo({ top: virtual.getTotalSize() });
    else virtual.scrollToIndex(at, { align: 'auto' });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- it follows the moment, and leaves who scrolls alone
  }, [at]);
  const rows: ReactNode[] = [];
  for (const { key, index, start } of virtual.getVirtualItems()) {
    const entry = entries[index] as Entry;
    rows.push(
      <EntryRow
        key={key}
        entry={entry}
        start={start}
        name={nameOf(entry, names)}
        zeroMs={store.zeroMs}
        isNow={index === at && !store.isLive}
        isFuture={entry.batch > upTo}
        isOpen={open?.number === entry.number}
        onOpen={onOpen}
      />,
    );
  }
  return (
    <div className="timeline-list" ref={scroller} tabIndex={0} aria-label="What happened">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>{rows}</div>
    </div>
  );
}

/** Devices are called as their load balancers are, which have names of their own. */
function useNames(): ReadonlyMap<string, string> {
  const { store } = useStore();
  const { newest } = store.history;
  const size = newest.actors.size;
  return useMemo(() => {
    const labels = [...newest.actors.values()].map(({ id, label }) => [id, label ?? ''] as const);
    return new Map(labels.filter(([, label]) => label !== ''));
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- names come with new actors
  }, [newest, size]);
}

function nameOf({ actor }: Entry, names: ReadonlyMap<string, string>): string {
  if (actor === null) return '';
  const name = actor.label ?? names.get(actor.id) ?? actor.id;
  return actor.kind === 'device' ? `${name} (device)` : name;
}

function lastUpTo(entries: readonly Entry[], place: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.batch ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface EntryRowProps {
  readonly entry: Entry;
  readonly start: number;
  readonly name: string;
  readonly zeroMs: number | null;
  readonly isNow: boolean;
  readonly isFuture: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (entry: Entry) => void;
}

function EntryRow({ entry, start, zeroMs, isNow, isFuture, isOpen, onOpen, name }: EntryRowProps) {
  const { kind, tone, atMs, node, title, detail } = entry;
  return (
    <button
      type="button"
      className="entry"
      data-kind={kind}
      data-now={isNow || undefined}
      data-future={isFuture || undefined}
      aria-pressed={isOpen}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onOpen(entry)}
    >
      <time>{formatMoment(atMs, zeroMs)}</time>
      <Mark tone={tone} />
      <span className="entry-kind">{kind}</span>
      <span className="cut entry-node">{node}</span>
      <span className="cut entry-actor">{name}</span>
      <span className="cut entry-title">{title}</span>
      <span className="cut entry-detail">{detail}</span>
    </button>
  );
}

function Detail({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const { store } = useStore();
  const { title, detail, actor, batch, node } = entry;
  return (
    <aside className="detail" aria-label="What happened, in full">
      <header>
        <strong className="cut">{title}</strong>
        {actor !== null && (
          <button
            type="button"
            className="plain"
            onClick={() => select({ kind: actor.kind, id: actor.id, node }, 'machine')}
          >
            Its machine
          </button>
        )}
        <button type="button" className="plain" onClick={() => store.goTo(batch)}>
          Go there
        </button>
        <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      {detail !== '' && <p>{detail}</p>}
      <Facts value={factsOf(entry)} />
    </aside>
  );
}
