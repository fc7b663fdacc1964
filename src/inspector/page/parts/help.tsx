import { useEffect, useRef } from 'react';
import { toneTitles, tones } from '../../model/tone.ts';
import { Mark } from './small.tsx';

const keys: readonly (readonly [string, string])[] = [
  ['1 – 5', 'Fleet, Machine, Sequence, Timeline, Explain'],
  ['/', 'search for a load balancer or an agent'],
  ['Space', 'pause, or play on'],
  ['← →', 'a step back, or forth'],
  ['Shift ← →', 'many steps at once'],
  ['Home', 'to the oldest moment that is kept'],
  ['End or L', 'to what comes now'],
  ['V', 'to the first violation'],
  ['+ − 0', 'zoom in and out, and fit: in Machine and Timeline'],
  ['Esc', 'select nothing; close what is open'],
  ['T', 'theme: as the system has it, light, dark'],
  ['?', 'this help'],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys and colours" onClose={onClose}>
      <dl className="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <ul className="legend">
        {tones.map((tone) => (
          <li key={tone}>
            <Mark tone={tone} /> {toneTitles[tone]}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

/** The browser's own: it keeps the focus within, and gives it back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // It is closed by taking it away.
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onKeyDown={(event) => event.key === '?' && onClose()}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <header className="dialog-head">
        <h2>{title}</h2>
        <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
