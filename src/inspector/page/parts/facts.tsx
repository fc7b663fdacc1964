import { useState } from 'react';

/** So many entries of a list or a record are shown until more are asked for. */
const shownMax = 50;

/** Any value, as a tree that opens and closes; whatever it holds is text. */
export function Facts({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }) {
  if (typeof value !== 'object' || value === null) return <Plain value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0)
    return <span className="fact-none">{Array.isArray(value) ? '[]' : '{}'}</span>;
  return <Entries entries={entries} depth={depth} />;
}

function Plain({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="fact-none">null</span>;
  if (typeof value === 'string')
    return <span className="fact-text">{value === '' ? '“”' : value}</span>;
  return <span className="fact-other">{JSON.stringify(value)}</span>;
}

function Entries({
  entries,
  depth,
}: {
  readonly entries: [string, unknown][];
  readonly depth: number;
}) {
  const [limit, setLimit] = useState(shownMax);
  return (
    <ul className="facts">
      {entries.slice(0, limit).map(([key, value]) => (
        <li key={key}>
          <Fact name={key} value={value} depth={depth} />
        </li>
      ))}
      {entries.length > limit && (
        <li>
          <button type="button" className="link" onClick={() => setLimit(limit + shownMax * 4)}>
            {entries.length - limit} more
          </button>
        </li>
      )}
    </ul>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
}

function Fact({ name, value, depth }: FactProps) {
  const isDeep = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isDeep) {
    return (
      <div className="fact">
        <span className="fact-name">{name}</span>
        <Facts value={value} />
      </div>
    );
  }
  const size = Object.keys(value).length;
  return (
    <details open={depth < 1 && size <= 6}>
      <summary>
        <span className="fact-name">{name}</span>
        <span className="fact-none">{Array.isArray(value) ? `[${size}]` : `{${size}}`}</span>
      </summary>
      <Facts value={value} depth={depth + 1} />
    </details>
  );
}
