import type { CheckerKind } from './checker.ts';

/** How a process says that it can't read a record, and what its own actor's record is. */
const refusals = ['a record is unreadable', 'is left untouched'];

/** No process refuses a record, whichever releases run beside each other. */
export const noRecordRefused: CheckerKind = {
  name: 'no-record-refused',
  start: ({ controllers, violate }) => ({
    onEvent(event) {
      if (event.type !== 'logged' || event.level !== 'error') return;
      const { process, message, fields } = event;
      if (!refusals.some((words) => message.includes(words))) return;
      violate(`${process} refused a record: ${message} ${JSON.stringify(fields)}`);
    },
    atEnd() {
      for (const view of controllers().flatMap((each) => each.loadBalancers.list())) {
        if (view.state !== 'refused') continue;
        violate(`it is refused: ${view.reason ?? 'without a reason'}`, view.document.id);
      }
    },
  }),
};
