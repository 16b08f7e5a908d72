import { afterEach, describe, expect, it } from '@jest/globals';
import { type ClientRequest, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedEtcd, type EtcdServerOptions, startEtcd } from '../../../../lib/testing/index.js';
import { waitFor } from '../../../helpers/waitFor.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: EtcdServerOptions): Promise<EmbeddedEtcd> {
  const server = await startEtcd(options);
  cleanups.push(() => server.stop());
  return server;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Begins a request; the text of the answer grows in `heard`. */
function begin(server: EmbeddedEtcd, path: string, headers: Record<string, string> = {}, method = 'POST') {
  const [host, port] = server.endpoints[0]!.split(':');
  const heard = { status: 0, text: '', ended: false };
  const asked: ClientRequest = request({ host, port, path, method, headers, agent: false }, (answer) => {
    heard.status = answer.statusCode ?? 0;
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => (heard.text += chunk));
    answer.on('end', () => (heard.ended = true));
    answer.on('error', () => {});
  });
  asked.on('error', () => (heard.ended = true));
  cleanups.push(() => asked.destroy());
  return { asked, heard };
}

async function ask(server: EmbeddedEtcd, path: string, body = '{}', headers = {}, method = 'POST'): Promise<Answer> {
  const { asked, heard } = begin(server, path, headers, method);
  asked.end(body);
  await waitFor(() => heard.ended);
  return heard;
}

const results = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { result: Record<string, unknown> });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const HEADER = expect.objectContaining({ revision: expect.any(String) });

describe('the gateway of the embedded etcd', () => {
  it('carries a watch in both directions at once', async () => {
    const server = await start();
    const { asked, heard } = begin(server, '/v3/watch');
    asked.write(JSON.stringify({ create_request: { key: base64('a') } }));
    await waitFor(() => results(heard.text).length === 1);
    asked.write(`${JSON.stringify({ create_request: { key: base64('{"}'), watch_id: '7' } })}{"progress_`);
    asked.write('request":{}}');
    await waitFor(() => results(heard.text).length === 3);
    asked.end();
    await ask(server, '/v3/kv/put', JSON.stringify({ key: base64('{"}'), value: base64('1') }));
    await ask(server, '/v3/kv/deleterange', JSON.stringify({ key: base64('{"}') }));
    await waitFor(() => results(heard.text).length === 5);
    expect(results(heard.text).map(({ result }) => result)).toEqual([
      { header: HEADER, created: true },
      { header: HEADER, watch_id: '7', created: true },
      { header: HEADER, watch_id: '-1' },
      expect.objectContaining({
        watch_id: '7',
        events: [
          {
            kv: {
              key: base64('{"}'),
              create_revision: '2',
              mod_revision: '2',
              version: '1',
              value: base64('1'),
            },
          },
        ],
      }),
      expect.objectContaining({ events: [{ type: 'DELETE', kv: { key: base64('{"}'), mod_revision: '3' } }] }),
    ]);
    expect(heard.ended).toBe(false);
  });

  it('refuses a watch that is no JSON with another status than a plain call', async () => {
    const server = await start();
    expect(await ask(server, '/v3/watch', '{"create_request":{"key":"***"}}')).toMatchObject({ status: 500 });
    expect(await ask(server, '/v3/kv/range', '{oops')).toMatchObject({ status: 400 });
    expect(await ask(server, '/v3/kv/range', '')).toMatchObject({
      status: 400,
      text: expect.stringMatching(/"code":3/),
    });
  });

  it('ends a stream that has begun with an error in its last line', async () => {
    const server = await start({ electionTimeout: 20, members: ['a', 'b', 'c'] });
    const { asked, heard } = begin(server, '/v3/watch', { 'grpc-metadata-hasleader': 'true' });
    asked.write(JSON.stringify({ create_request: { key: base64('a') } }));
    await waitFor(() => heard.text !== '');
    server.partition('a');
    await waitFor(() => heard.ended);
    expect(heard.text).toMatch(/\{"error":\{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader"/);
  });

  it('ends the requests of those who leave', async () => {
    const server = await start();
    const { asked, heard } = begin(server, '/v3/watch');
    asked.write(JSON.stringify({ create_request: { key: base64('a') } }));
    await waitFor(() => heard.text !== '');
    asked.destroy();
    await waitFor(() => server.connections() === 0);
    expect(await ask(server, '/v3/kv/put', JSON.stringify({ key: base64('a') }))).toMatchObject({ status: 200 });
  });

  it('gives a lock in one answer, when its turn has come', async () => {
    const server = await start();
    const name = { name: base64('l') };
    const first = JSON.parse((await ask(server, '/v3/lock/lock', JSON.stringify(name))).text) as { key: string };
    const { asked, heard } = begin(server, '/v3/lock/lock');
    asked.end(JSON.stringify(name));
    await waitFor(() => server.entries().size === 2);
    expect(heard.ended).toBe(false);
    await ask(server, '/v3/lock/unlock', JSON.stringify({ key: first.key }));
    await waitFor(() => heard.ended);
    expect(JSON.parse(heard.text)).toMatchObject({ header: HEADER, key: expect.any(String) });
    expect(await ask(server, '/v3/election/leader', JSON.stringify(name))).toMatchObject({ status: 200 });
    const { text } = await ask(server, '/v3/election/leader', JSON.stringify({ name: base64('none') }));
    expect(JSON.parse(text)).toMatchObject({ code: 2, message: 'election: no leader' });
  });

  it('tells the health and the version', async () => {
    const server = await start();
    expect(await ask(server, '/health', '', {}, 'GET')).toMatchObject({ status: 200, text: '{"health":"true"}' });
    expect((await ask(server, '/version', '', {}, 'GET')).text).toBe('{"etcdserver":"3.4.23","etcdcluster":"3.4.0"}');
    server.electLeader(undefined);
    expect(await ask(server, '/health', '', {}, 'GET')).toMatchObject({ status: 503, text: '{"health":"false"}\n' });
  });
});

describe('the v2 API on the same port', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

  it('tells at once that a request waits, and later what came', async () => {
    const server = await start();
    const { asked, heard } = begin(server, '/v2/keys/a?wait=true', {}, 'GET');
    asked.end();
    await waitFor(() => heard.status === 200);
    expect(heard).toMatchObject({ text: '', ended: false });
    expect(await ask(server, '/v2/keys/a', 'value=x', FORM, 'PUT')).toMatchObject({ status: 201 });
    await waitFor(() => heard.ended);
    expect(JSON.parse(heard.text)).toMatchObject({ action: 'set', node: { key: '/a', value: 'x' } });
    expect(await ask(server, '/v2/keys/a', '', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it('forgets a request that waits when its client leaves', async () => {
    const server = await start();
    const { asked, heard } = begin(server, '/v2/keys/a?wait=true', {}, 'GET');
    asked.end();
    const watchers = async () => {
      const { text } = await ask(server, '/v2/stats/store', '', {}, 'GET');
      return (JSON.parse(text) as { watchers: number }).watchers;
    };
    await waitFor(() => heard.status === 200);
    expect(await watchers()).toBe(1);
    asked.destroy();
    await waitFor(async () => (await watchers()) === 0);
  });

  it('takes a form of 10 MiB, and refuses a larger one without keeping it', async () => {
    const server = await start();
    const most = 10 * 1024 ** 2;
    const put = (size: number) =>
      ask(server, '/v2/keys/big?noValueOnSuccess=true', `value=${'x'.repeat(size)}`, FORM, 'PUT');
    expect(await put(most - 6)).toMatchObject({ status: 201 });
    expect(await put(most)).toMatchObject({ status: 400, text: expect.stringContaining('http: POST too large') });
  });
});

interface Captured {
  readonly id: string;
  readonly group: string;
  readonly cluster: string;
  readonly stream?: unknown;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  };
  readonly response?: { readonly status: number; readonly json?: Record<string, unknown>; readonly text?: string };
}

/** The keys that were written between the captured exchanges, before the one of this id. */
const MEANWHILE: Readonly<Record<string, readonly (readonly [key: string, value: string])[]>> = {
  'range-prefix': [
    ['p/a', 'v-p/a'],
    ['p/b', 'v-p/b'],
    ['p/c', 'v-p/c'],
  ],
  compact: [['b', '1'], ...['1', '2', '3', '4', '5'].map((value) => ['c', value] as const)],
  'lease-grant': Array.from({ length: 16 }, () => ['w', '1'] as const),
};
/** Services that are not served, streams that are tested above, and words of Go's parser of JSON. */
const NOT_HERE = /^(lock|unlock|campaign|leader|proclaim|resign|observe|put-bad-json)/;
const SIZES = /^put-\d+$/;

describe('the captured exchanges of a real gateway', () => {
  const captured = readFileSync(join(__dirname, '../../../fixtures/etcd/v3-gateway.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Captured)
    .filter(({ id, stream, response }) => stream === undefined && response !== undefined && !NOT_HERE.test(id));

  it('have the same answers', async () => {
    const server = await start({ members: ['solo'] });
    const names = new Map<string, string>(); // ids and tokens of the capture, as they are here
    const here = (text: string) => [...names].reduce((all, [there, own]) => all.replaceAll(there, own), text);
    const different: unknown[] = [];
    let count = 0;
    for (const { id, request: sent, response } of captured) {
      for (const [key, value] of MEANWHILE[id] ?? [])
        await ask(server, '/v3/kv/put', JSON.stringify({ key: base64(key), value: base64(value) }));
      if (id === 'auth-token-after-role-change') {
        const { text } = await ask(server, '/v3/auth/authenticate', '{"name":"alice","password":"b"}');
        names.set(sent.headers!.Authorization!, (JSON.parse(text) as { token: string }).token);
      }
      let body = here(sent.body ?? '');
      if (SIZES.test(id))
        body = JSON.stringify({ key: 'YmlnCg==', value: Buffer.alloc(Number(id.slice(4))).toString('base64') });
      const { Authorization = '' } = sent.headers ?? {};
      const headers = Authorization === '' ? {} : { authorization: here(Authorization) };
      const answer = await ask(server, sent.path, body, headers, sent.method);
      const expected = response!.json ?? response!.text;
      const heard: unknown = typeof expected === 'string' ? answer.text : JSON.parse(answer.text);
      learn(names, expected, heard);
      const [a, b] = [expected, heard].map((value) => plain(value));
      count++;
      if (answer.status !== response!.status || JSON.stringify(a) !== JSON.stringify(b))
        different.push({ id, status: [response!.status, answer.status], expected: a, heard: b });
    }
    expect(different).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });
});

/** Learns how ids and tokens of the capture are called here. */
function learn(names: Map<string, string>, there: unknown, here: unknown): void {
  if (typeof there !== 'object' || there === null || typeof here !== 'object' || here === null) return;
  for (const [name, value] of Object.entries(there)) {
    const own = (here as Record<string, unknown>)[name];
    if (/^(ID|token)$/.test(name) && typeof value === 'string' && typeof own === 'string') names.set(value, own);
    else learn(names, value, own);
  }
}

/** An answer without the values that differ from server to server: the names of its fields stay. */
function plain(value: unknown, name = ''): unknown {
  if (/^(cluster_id|member_id|raft_term|raftTerm|revision|ID|token|leader|lease)$/.test(name)) return name;
  if (/^(dbSize.*|raft.*Index|hash|TTL)$/.test(name)) return name;
  if (/^(peerURLs|clientURLs|leases|name)$/.test(name)) return name;
  if (Array.isArray(value)) return value.map((one) => plain(one));
  if (typeof value === 'string') {
    const lines = value
      .trim()
      .split('\n')
      .map((line) => line.replace(/"(\w*ID|revision|TTL|\w+_id|raft_term)":"\d+"/g, '$1'));
    return lines.join('\n').replace(/\d{7} vs/, 'vs');
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, it]) => [key, plain(it, key)])
  );
}
