// Serves a bridge by each framework for servers, and prints what a page has seen, and what it has left behind.
import { serve } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Bridge, action, bridge, toNodeListener } from 'quorum-rx/bridge';
import { fromBridge } from 'quorum-rx/bridge/browser';
import { firstValueFrom, take, toArray } from 'rxjs';
import { count$, increase } from './count.js';
import * as route from './nextRoute.js';

const newHandler = () =>
  bridge(
    { count: () => count$ },
    { authorize: () => ({ id: 'everybody' }), actions: { increase: action((by) => Number(by), increase) }, linger: 0 }
  );
type Handler = ReturnType<typeof newHandler>;

const addressOf = async (server: Server) => {
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** What the page of a server sees while it starts an action, and how much of it is left when it has gone. */
async function visit(url: string, { sizes }: { readonly sizes: () => Bridge['sizes'] }, call?: typeof fetch) {
  count$.next({ value: 0n, stale: false });
  const page = fromBridge<Handler>(url, { linger: 0, ...(call && { fetch: call }) });
  const seen = firstValueFrom(page.value('count').pipe(take(2), toArray()));
  await firstValueFrom(page.value('count'));
  const result = await firstValueFrom(page.run('increase', 2));
  const values = (await seen).map(({ value }) => String(value));
  while (sizes().lines + sizes().watches > 0) await new Promise((done) => setTimeout(done, 5));
  return { values, result: String(result), left: sizes() };
}

const outcomes: Record<string, unknown> = {};

const node = newHandler();
const nodeServer = createServer(toNodeListener(node)).listen(0, '127.0.0.1');
outcomes['node'] = await visit(await addressOf(nodeServer), { sizes: () => node.sizes });
nodeServer.close();

const inExpress = newHandler();
const app = express();
app.use('/bridge', toNodeListener(inExpress));
app.use(express.json());
app.post('/echo', (request, response) => void response.json(request.body));
const expressServer = app.listen(0, '127.0.0.1') as Server;
const expressUrl = await addressOf(expressServer);
outcomes['express'] = await visit(`${expressUrl}/bridge`, { sizes: () => inExpress.sizes });
const headers = { 'content-type': 'application/json' };
const echo = await fetch(`${expressUrl}/echo`, { method: 'POST', headers, body: '{"a":1}' });
outcomes['express beside it'] = await echo.json();
expressServer.close();

const inHono = newHandler();
const hono = new Hono();
hono.all('/bridge', (context) => inHono(context.req.raw));
const honoServer = serve({ fetch: hono.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
outcomes['hono'] = await visit(`${await addressOf(honoServer)}/bridge`, { sizes: () => inHono.sizes });
honoServer.close();

/** As Next calls the route: by the method of a `Request`. */
const next: typeof fetch = (url, init) => {
  const request = new Request(url, init);
  return route[request.method as 'GET' | 'POST'](request);
};
outcomes['next'] = await visit('http://app.example/bridge', { sizes: () => route.GET.sizes }, next);
console.log(JSON.stringify(outcomes));
process.exit(); // connections that are kept alive would hold it
