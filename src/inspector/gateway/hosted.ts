import type { Hono } from 'hono';

/** Where Stately hosts its inspector, which is not to be had otherwise. */
const hostedUrl = 'https://stately.ai/inspect';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Holdfast in the Stately Inspector</title>
    <style>
      html, body, iframe { margin: 0; width: 100%; height: 100%; border: 0; }
    </style>
  </head>
  <body>
    <script src="hosted.js"></script>
    <iframe id="inspector" title="Stately Inspector" src="${hostedUrl}"></iframe>
  </body>
</html>
`;

/**
 * Hands on to the frame what the gateway tells, from the moment in which the frame says that it is there. It says so once, so this
 * runs before there is a frame.
 */
const script = `
addEventListener('message', (message) => {
  const frame = document.getElementById('inspector');
  if (message.source !== frame?.contentWindow || message.data?.type !== '@statelyai.connected') return;
  const url = new URL('stately', location.href.replace(/^http/, 'ws'));
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) url.searchParams.set('token', token);
  new WebSocket(url).onmessage = ({ data }) =>
    frame.contentWindow.postMessage(JSON.parse(data), '${new URL(hostedUrl).origin}');
});
`;

const policy =
  `default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; ` +
  `frame-src ${new URL(hostedUrl).origin}; frame-ancestors 'none'; base-uri 'none'`;

/** A page that shows the hosted Stately Inspector with this system in it, as its own server does. */
export function addHosted(app: Hono): void {
  app.get('/inspector/hosted', (c) => c.html(page, 200, { 'Content-Security-Policy': policy }));
  app.get('/inspector/hosted.js', (c) =>
    c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );
}
