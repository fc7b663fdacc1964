import { useEffect, useRef } from 'react';

export type Keys = Readonly<Record<string, () => void>>;

/** What is typed into a field, and what a dialog or a list makes of its own keys, is not ours. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea, select, dialog') != null) return true;
  const isPressing = event.key === ' ' && target?.closest('button, a, summary') != null;
  return isPressing;
}

export function useKeys(keys: Keys): void {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const isArrow = event.key.startsWith('Arrow');
      const action = newest.current[event.shiftKey && isArrow ? `Shift+${event.key}` : event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
