import { useId, useState } from 'react';
import { type ChartTransition, takenEvents } from '../../model/lit.ts';
import { recordOf, textOf } from '../../model/reading.ts';
import type { InspectedActor } from '../../model/world.ts';
import { Dialog } from '../parts/help.tsx';
import { useStore } from '../state/use-store.ts';

interface SendDialogProps {
  readonly actor: InspectedActor;
  readonly transitions: readonly ChartTransition[];
  readonly onClose: () => void;
}

type ShownEvent = { readonly type: string; readonly [key: string]: unknown };

let sent = 0;

/** Sends an event by hand, once one has said twice that one wants to, and knows what will be written down. */
export function SendDialog({ actor, transitions, onClose }: SendDialogProps) {
  const { store } = useStore();
  const known = takenEvents(actor.state, transitions);
  const [text, setText] = useState(`{ "type": "${known[0] ?? ''}" }`);
  const [checked, setChecked] = useState<ShownEvent | null>(null);
  const [number, setNumber] = useState<number | null>(null);
  const parsed = parseEvent(text);
  const send = (event: ShownEvent) => {
    const { kind, id, node } = actor;
    sent += 1;
    setNumber(sent);
    store.send?.({ type: 'send', number: sent, node, kind, id, event });
  };
  const close = { onClose, title: `Send an event to ${actor.label ?? actor.id}` };
  if (number !== null) return <Answer {...close} number={number} />;
  if (checked !== null) {
    return (
      <Confirm
        {...close}
        actor={actor}
        event={checked}
        onSend={() => send(checked)}
        onBack={() => setChecked(null)}
      />
    );
  }
  return (
    <Dialog {...close}>
      <p>
        It reaches the actor as if the system had sent it. It is for experiments and repairs: what
        an event claims, the actor believes.
      </p>
      <EventField text={text} known={known} onText={setText} />
      <p className="field-error" role="status">
        {typeof parsed === 'string' ? parsed : ''}
      </p>
      <div className="dialog-end">
        <button type="button" className="plain" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="primary"
          disabled={typeof parsed === 'string'}
          onClick={() => typeof parsed !== 'string' && setChecked(parsed)}
        >
          Go on…
        </button>
      </div>
    </Dialog>
  );
}

interface FieldProps {
  readonly text: string;
  readonly known: readonly string[];
  readonly onText: (text: string) => void;
}

function EventField({ text, known, onText }: FieldProps) {
  const id = useId();
  return (
    <>
      {known.length > 0 && (
        <div className="event-types" role="group" aria-label="Events that its state takes">
          {known.map((type) => (
            <button
              key={type}
              type="button"
              className="toggle"
              onClick={() => onText(`{ "type": "${type}" }`)}
            >
              {type}
            </button>
          ))}
        </div>
      )}
      <label htmlFor={id}>The event, as JSON</label>
      <textarea
        id={id}
        rows={6}
        spellCheck={false}
        value={text}
        onChange={({ target }) => onText(target.value)}
      />
    </>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly actor: InspectedActor;
  readonly event: ShownEvent;
  readonly onClose: () => void;
  readonly onSend: () => void;
  readonly onBack: () => void;
}

function Confirm({ title, actor, event, onClose, onSend, onBack }: ConfirmProps) {
  const { kind, id, node } = actor;
  return (
    <Dialog title={title} onClose={onClose}>
      <p>
        <strong>Send {event.type}?</strong> It can’t be taken back. This will be written down, with
        the time and the name under which the gateway knows you:
      </p>
      <pre className="audit">
        {JSON.stringify({ audit: 'event by hand', node, kind, id, event }, null, 2)}
      </pre>
      <div className="dialog-end">
        <button type="button" className="plain" onClick={onBack}>
          Back
        </button>
        <button type="button" className="danger" onClick={onSend}>
          Send {event.type}
        </button>
      </div>
    </Dialog>
  );
}

function Answer({
  title,
  number,
  onClose,
}: {
  readonly title: string;
  readonly number: number;
  readonly onClose: () => void;
}) {
  const { store } = useStore();
  const refused = store.answers.get(number);
  const words =
    refused === undefined
      ? 'It is under way…'
      : refused === null
        ? 'The actor has taken it.'
        : `It was refused: ${refused}`;
  return (
    <Dialog title={title} onClose={onClose}>
      <p role="status">{words}</p>
      <div className="dialog-end">
        <button type="button" className="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** The event, or what is wrong with the text. */
function parseEvent(text: string): ShownEvent | string {
  try {
    const event = recordOf(JSON.parse(text));
    const type = textOf(event?.['type']);
    if (event === null || type === null || type === '')
      return 'An event is a record with a "type" that is a text.';
    return { ...event, type };
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
