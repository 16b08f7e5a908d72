import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject } from 'rxjs';
import { bridge } from '../../bridge/bridge.js';
import { toNodeListener } from '../../bridge/toNodeListener.js';
import { ConnectError } from '../../core/errors.js';
import { dashActions } from './dashActions.js';
import { dashSources } from './dashSources.js';
import type { DashStore } from './dashStore.js';
import type { Branch } from './openRows.js';
import { pageFiles } from './pageFiles.js';

/** How the dashboard is served. */
export interface ServeOptions {
  /** The URL of the store, as it is shown. */
  readonly url: string;
  readonly mayWrite: boolean;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** The folder of the built page. */
  readonly folder: string;
}

/** A dashboard that is served. */
export interface ServedDashboard {
  /** The address of the page, with the secret. */
  readonly address: string;
  readonly secret: string;
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Headers of every answer. The page may run its own script and nothing else, may talk to this server alone, and may not
 * be shown inside of another page.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Serves the dashboard on the loopback interface.
 *
 * The address has a secret behind its `#`. Browsers do not send that part, so it is in no log and in no `Referer`. The
 * page sends it in a header with each request. A cookie would not do: cookies of 127.0.0.1 go to the servers of all
 * ports. A request for another host is refused: then a page of the internet has pointed its own name at this machine.
 */
export async function serveDashboard<B extends Branch>(
  store: DashStore<B>,
  { url, mayWrite, port = 0, folder }: ServeOptions
): Promise<ServedDashboard> {
  const files = pageFiles(folder);
  const secret = randomBytes(24).toString('base64url');
  const isSecret = isSameAs(`Bearer ${secret}`);
  const rights$ = new Subject<string>();
  const { sources, tree$ } = dashSources(store, { url, mayWrite }, rights$);
  const handler = bridge(sources, {
    authorize: ({ headers }) => (isSecret(headers.get('authorization') ?? '') ? { id: 'the page' } : undefined),
    actions: dashActions(store, tree$, mayWrite, rights$),
    limits: { requestBytes: 4 * 1024 * 1024, valueBytes: 8 * 1024 * 1024 },
  });
  const toBridge = toNodeListener(handler);
  let hosts: readonly string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!hosts.includes(request.headers.host ?? '')) return refuse(response, 421, 'this server has another address');
    const path = (request.url ?? '/').split('?', 1)[0]!;
    if (path === '/bridge') return toBridge(request, response);
    const file = files.get(path === '/' ? '/index.html' : path);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET');
    if (file === undefined) return refuse(response, 404, 'there is no such file');
    response.setHeader('content-type', file.type);
    response.end(request.method === 'HEAD' ? undefined : file.content);
  };
  const server = createServer(answer);
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ConnectError(`cannot listen at ${HOST}:${port}: ${(cause as Error).message}`, { code: 'LISTEN', cause });
  }
  const { port: bound } = server.address() as AddressInfo;
  hosts = [`${HOST}:${bound}`, `localhost:${bound}`];
  return {
    address: `http://${HOST}:${bound}/#${secret}`,
    secret,
    port: bound,
    async close() {
      handler.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Compares texts in a time that does not depend on them. */
function isSameAs(wanted: string): (text: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(wanted);
  return (text) => timingSafeEqual(digest(text), expected);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}
