// The worker that all tabs of a browser share: one connection to the server, however many tabs there are.

import { Stream, concerns } from './stream.js';

/** @type {Map<MessagePort, number>} which pipeline each tab shows; 0: all */
const tabs = new Map();

const stream = new Stream(
  (news) => tabs.forEach((watched, port) => { if (concerns(news, watched)) port.postMessage({ news }); }),
  (up) => tabs.forEach((_, port) => port.postMessage({ up })),
);

/** @type {{port: MessagePort, source: EventSource} | null} the one output that is followed: of the tab that asked last */
let log = null;

/** @param {MessagePort} port @param {string} track */
function followLog(port, track) {
  if (!track && log?.port !== port) return;
  log?.source.close();
  log = track ? { port, source: new EventSource(`/api/v1/tracks/${track}/log/stream`) } : null;
  log?.source.addEventListener('log', () => port.postMessage({ grew: true }));
}

self.onconnect = (/** @type {MessageEvent} */ event) => {
  const [port] = event.ports;
  port.onmessage = ({ data }) => {
    if (data.log !== undefined) {
      followLog(port, data.log);
      return;
    }
    if (data.bye) {
      followLog(port, '');
      tabs.delete(port);
      if (tabs.size === 0) stream.close();
      return;
    }
    tabs.set(port, data.watched);
    // What happened between the page and now was told before this tab listened.
    if (stream.open(data.after)) port.postMessage({ news: { kind: 'reload' } });
    port.postMessage({ up: stream.up });
  };
};
