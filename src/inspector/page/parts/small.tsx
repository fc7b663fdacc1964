import type { ReactNode } from 'react';
import type { Tone } from '../../model/tone.ts';

/** A state, in the colour that it has everywhere, and with a sign for those who don't see colours. */
export function StateChip({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
}) {
  return (
    <span className="chip" data-tone={tone}>
      <i className="mark" data-tone={tone} aria-hidden />
      {children}
    </span>
  );
}

export function Mark({ tone }: { readonly tone: Tone }) {
  return <i className="mark" data-tone={tone} aria-hidden />;
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

export function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface ToggleProps {
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
  readonly tone?: Tone;
}

export function Toggle({ isOn, onToggle, children, tone }: ToggleProps) {
  return (
    <button type="button" className="toggle" aria-pressed={isOn} onClick={onToggle}>
      {tone !== undefined && <Mark tone={tone} />}
      {children}
    </button>
  );
}
