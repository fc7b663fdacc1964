import type { SharedCheckerKind } from './checker.ts';

/** The API never answers with a server's fault, but for 503: that it can't tell or do it right now. */
export const noServerErrors: SharedCheckerKind = {
  name: 'no-server-errors',
  start: ({ violate }) => ({
    onEvent(event) {
      if (event.type !== 'wire' || event.answer === null) return;
      const { status, text } = event.answer;
      if (status < 500 || status === 503) return;
      const { method, path } = event.request;
      violate(`${event.controller} answered ${method} ${path} by ${status} ${text}`);
    },
  }),
};
