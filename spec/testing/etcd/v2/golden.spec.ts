import { afterEach, describe, expect, it } from '@jest/globals';
import { V2_EXCHANGES, type V2Exchange } from '../../../helpers/v2Exchanges.js';
import { type HeardAnswer, VirtualHttp1, textOf } from './virtualHttp1.js';

const REAL = V2_EXCHANGES.filter(({ server }) => server === 'etcd 3.4.23');
const times = (count: number, step: (i: number) => string) => Array.from({ length: count }, (_, i) => step(i));

/**
 * Requests that were made before an exchange, or while it waited, and are not exchanges themselves: a method, a path
 * below `/v2/keys`, and the fields.
 */
type Steps = Readonly<Record<string, readonly string[]>>;
const BEFORE: Steps = {
  'cas-value-ok': ['PUT /cas value=one'],
  'cad-value-fail': ['PUT /cad value=one'],
  'cad-value-ok': ['PUT /cad value=one'],
  'mkdir-over-file-prevexist-false': ['DELETE /created?dir=true', 'PUT /created value=x'],
  'mkdir-empty-sub': [
    ...['PUT /d/z value=1', 'PUT /d/a value=2', 'PUT /d/m value=3', 'PUT /d/sub/y value=4'],
    ...['PUT /d/sub/b value=5', 'PUT /d/_hidden value=6'],
  ],
  'rmdir-on-file': ['PUT /f1 value=1'],
  'hidden-ls': ['PUT /hd/open value=1'],
  'wait-set': ['DELETE /big', 'PUT /w value=0'],
  'wait-refresh-silent': ['PUT /w value=3&ttl=60'],
  'wait-dir-nonrecursive': ['PUT /wd/k value=1'],
  'waitindex-history': [...times(2, (i) => `PUT /wi value=${i + 1}`), 'PUT /other value=1', 'PUT /wi value=3'],
  'stream-with-past-waitindex': times(3, (i) => `PUT /sh value=${i + 1}`),
  'get-current-index': ['PUT /hist value=0', ...times(1006, () => 'PUT /noise value=x')],
  'cleared-by-refreshes': [
    'PUT /hb value=1&ttl=60',
    ...times(1002, () => 'PUT /hb ttl=60&refresh=true&prevExist=true'),
  ],
};
const DURING: Steps = {
  'hidden-watch-parent': ['PUT /hd/_x value=2', 'PUT /hd/open value=2'],
  'hidden-watch-self': ['PUT /hd/_x value=3'],
  'ttl-dir-expire-event': ['2000'],
  'wait-set': ['PUT /w value=1'],
  'wait-update': ['PUT /w value=2&prevExist=true'],
  'wait-cas': ['PUT /w value=3&prevValue=2'],
  'wait-refresh-silent': ['PUT /w ttl=60&refresh=true&prevExist=true'],
  'wait-delete': ['DELETE /w'],
  'wait-create': ['PUT /w value=new&prevExist=false'],
  'wait-cad': ['DELETE /w?prevValue=new'],
  'wait-expire': ['PUT /w value=t&ttl=1'],
  'wait-expire-2': ['1000'],
  'wait-dir-nonrecursive': ['PUT /wd/k value=2'],
  'wait-dir-recursive': ['PUT /wd/k value=3'],
  'wait-parent-delete': ['DELETE /wd?recursive=true'],
  'wait-root-recursive': ['PUT /anything value=3'],
  'wait-post': ['POST /queue value=J'],
  'wait-novalue': ['PUT /w2 value=v'],
  'waitindex-future': times(5, (i) => `PUT /wi value=f${i}`),
  stream: times(4, (i) => `PUT /st value=${i}`),
  'stream-recursive': ['PUT /str/a value=1', 'PUT /str/b value=2', 'DELETE /str?recursive=true'],
  'stream-with-past-waitindex': ['PUT /sh value=4', 'PUT /sh value=5'],
  'stream-with-future-waitindex': times(6, (i) => `PUT /sh value=${i + 6}`),
  'cleared-recover': ['PUT /hist value=after'],
  'c-wait-follower-write-leader': ['PUT /c1 value=2'],
};

/** A body without the times, the names of the servers, and their ids; lists that are not sorted in some order. */
function comparable(text: string, isSorted = true): string {
  const masked = text
    .replace(/"expiration":"[^"]*"/g, '"expiration":"…"')
    .replace(/"ttl":\d+/g, '"ttl":"…"')
    .replace(/"(id|leader)":"[0-9a-f]+"/g, '"$1":"…"')
    .replace(/"(peerURLs|clientURLs)":\["[^\]]*\]/g, '"$1":["…"]')
    .replace(/http:\/\/[\w.]+:\d+/g, 'http://…');
  if (!masked.includes('"members"') && (!masked.includes('"nodes"') || isSorted)) return masked;
  return JSON.stringify(JSON.parse(masked), (name, value: unknown) => {
    if (name !== 'nodes' && name !== 'members') return value;
    return [...(value as unknown[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  });
}

/** The headers that tell something, without those of time. */
function heads(headers: Readonly<Record<string, string>>, group: string): object {
  const left = /^(date|connection|x-raft-index|x-raft-term|transfer-encoding|content-length)$/;
  const known = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !left.test(name) && !(group === 'auth' && name === 'x-etcd-index'));
  return Object.fromEntries(known.map(([name, value]) => [name, name === 'x-etcd-cluster-id' ? '…' : value]));
}

let etcd: VirtualHttp1;
afterEach(() => etcd.life.unsubscribe());

/** Replays exchanges in their order. @param memberOf the place of the member that is asked */
function replay(exchanges: readonly V2Exchange[], act: (id: string) => void, memberOf = (_node: string) => 0): void {
  const streams: [V2Exchange, HeardAnswer][] = [];
  let added = '';
  const step = (line: string) => {
    const [method = '', path = '', body] = line.split(' ');
    if (path === '') etcd.time.advance(Number(method));
    else expect(etcd.ask(method, `/v2/keys${path}`, body).status).toBeLessThan(300);
  };
  for (const exchange of exchanges) {
    const { id, request, response, stream, group, node } = exchange;
    for (const line of BEFORE[id] ?? []) step(line);
    act(id);
    const { method } = request;
    const isFollowed = id === 'double-slash-put-followed'; // by curl, which left the body out
    const path = isFollowed ? '/v2/keys/created' : request.path.replace('ee998c631e49c344', added);
    const body = (isFollowed ? '' : (request.body ?? ''))
      .replace(/<(\d+) bytes of x>/, (_, size: string) => 'x'.repeat(Number(size)))
      .replace('http://127.0.0.1:23800', 'http://solo:2380')
      .replace('http://127.0.0.1:24801', 'http://n1:2380');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])
    );
    const heard = etcd.begin(method, path, body, headers, memberOf(node));
    if (id === 'q-quorum-read' || id.startsWith('q-write') || id === 'q-cas' || id === 'q-member-add')
      etcd.time.advance(7_000);
    for (const line of DURING[id] ?? []) step(line);
    if (id === 'ttl-zero') etcd.time.advance(1);
    if (id === 'm-add') added = (JSON.parse(textOf(heard)) as { id: string }).id;
    expect({ id, status: heard.status, headers: heads(heard.headers, group) }).toEqual({
      ...{ id, status: response!.status, headers: heads(response!.headers, group) },
    });
    if (stream !== undefined) streams.push([exchange, heard]);
    else if (method !== 'HEAD') {
      const text = textOf(heard).length > 10_000 ? shortened(textOf(heard)) : textOf(heard);
      const isSorted = path.includes('sorted=true');
      const expected = (response!.text ?? '').replace('ee998c631e49c344', added);
      expect([id, mask(comparable(text, isSorted), group)]).toEqual([id, mask(comparable(expected, isSorted), group)]);
    }
    if (stream?.endedBy.startsWith('client')) heard.cancel();
  }
  for (const [{ id, stream }, heard] of streams)
    expect([id, comparable(textOf(heard))]).toEqual([id, comparable(stream!.pieces.map(({ text }) => text).join(''))]);
}

/** Users take other indexes here than at a real server, and statistics count what was not captured. */
function mask(text: string, group: string): string {
  if (group === 'stats' || /"(?:startTime|latency)"/.test(text))
    return text.replace(/"[0-9a-f]{15,16}":/g, '"…":').replace(/:(?:"[^"]*"|[\d.]+)(?=[,}])/g, ':…');
  return group === 'auth' ? text.replace(/("(?:modifiedIndex|createdIndex|index)":)\d{4}/g, '$1…') : text;
}

function shortened(text: string): string {
  return `${text.slice(0, 300)}…(${Buffer.byteLength(text)} bytes)`;
}

describe('the v2 API of the embedded etcd answers as the real one did', () => {
  it('alone', () => {
    etcd = new VirtualHttp1({ members: ['solo'] });
    replay(
      REAL.filter(({ cluster }) => cluster === 'single'),
      () => {}
    );
  });

  it('in a cluster, and without a majority', () => {
    etcd = new VirtualHttp1({ members: ['n1', 'n2', 'n3'], leader: 'n3' });
    const { server } = etcd;
    const captured = REAL.filter(({ group, response }) =>
      response === null ? false : /^(cluster|members|quorum-loss)$/.test(group)
    ).filter(({ cluster, id }) => cluster === 'three' && id !== 'q-write-at-leader-after-heal');
    replay(
      captured,
      (id) => {
        if (id === 'q-plain-read') {
          for (let i = 0; i < 7; i++) etcd.put('/other', `${i}`); // as many changes as were not captured
          etcd.put('/ql', 'before');
          server.pause('n2');
          server.pause('n3');
          etcd.time.advance(1_000);
        }
        if (id === 'q-after-heal') {
          server.resume('n2');
          server.resume('n3');
          etcd.time.advance(1_000);
        }
      },
      (node) => Number(node[1]) - 1
    );
  });
});
