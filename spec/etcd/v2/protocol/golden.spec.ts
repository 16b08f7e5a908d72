import { describe, expect, it } from '@jest/globals';
import { type EtcdV2Node, keyResult } from '../../../../lib/etcd/v2/protocol/answer.js';
import { type Ask, encodeFields } from '../../../../lib/etcd/v2/protocol/ask.js';
import { isHealthy, versionOf } from '../../../../lib/etcd/v2/protocol/clusterRequests.js';
import { codeOf } from '../../../../lib/etcd/v2/protocol/errorCode.js';
import { refusalOf } from '../../../../lib/etcd/v2/protocol/etcdV2Error.js';
import { keyPath, normalKey } from '../../../../lib/etcd/v2/protocol/keyPath.js';
import { V2_EXCHANGES } from '../../../helpers/v2Exchanges.js';
import { deleteKey, postKey, readKey, waitForKey, writeKey } from '../../../../lib/etcd/v2/protocol/keyRequests.js';

const captured = (id: string, server = 'etcd 3.4.23') =>
  V2_EXCHANGES.find((it) => it.id === id && it.server === server)!;

/** Method, key and fields of a request, wherever the fields stand. */
function meaning({ method, path, body = '' }: Pick<Ask, 'path' | 'body'> & { readonly method: string }) {
  const [where = '', query = ''] = path.replace(/^\/v2\//, '').split('?');
  const fields = [...new URLSearchParams(query), ...new URLSearchParams(body)].sort();
  return { method, key: normalKey(decodeURIComponent(where.replace(/^keys/, ''))), fields };
}

const yes = true as const;
const REQUESTS: Readonly<Record<string, Ask>> = {
  'set-create': writeKey('/message', { value: 'Hello world' }),
  'set-overwrite': writeKey('/message', { value: 'Hello etcd' }),
  'set-novalueonsuccess': writeKey('/message', { value: 'quiet', noValueOnSuccess: yes }),
  'set-unicode': writeKey('/uni', { value: '€ é 😀' }),
  'set-json-value': writeKey('/json', { value: '{"a":1,"b":"<x>&"}' }),
  'set-empty-value': writeKey('/empty', { value: '' }),
  'update-prevexist-true': writeKey('/message', { value: 'updated' }, { prevExist: true }),
  'create-prevexist-false': writeKey('/created', { value: 'x' }, { prevExist: false }),
  'ttl-set': writeKey('/ttl', { value: 'x', ttl: 2 }),
  'ttl-zero': writeKey('/ttl0', { value: 'x', ttl: 0 }),
  'ttl-refresh': writeKey('/ttl', { ttl: 5, refresh: yes }, { prevExist: true }),
  'cas-value-ok': writeKey('/cas', { value: 'two' }, { prevValue: 'one' }),
  'cas-index-ok': writeKey('/cas', { value: 'three' }, { prevIndex: 37 }),
  'cas-both-fail': writeKey('/cas', { value: 'four' }, { prevValue: 'zzz', prevIndex: 1 }),
  'cas-prevexist-true-and-value': writeKey('/cas', { value: 'five' }, { prevExist: true, prevValue: 'three' }),
  'cas-with-ttl': writeKey('/cas', { value: 'seven', ttl: 60 }, { prevValue: 'six' }),
  'mkdir-prevexist-false': writeKey('/d', { dir: yes }, { prevExist: false }),
  'post-create': postKey('/queue', { value: 'Job1' }),
  'post-create-ttl': postKey('/queue', { value: 'Job3', ttl: 30 }),
  'post-root': postKey('/', { value: 'atroot' }),
};
/** Without a body: equal byte for byte. */
const BARE: Readonly<Record<string, Ask>> = {
  get: readKey('/message', {}),
  'get-quorum': readKey('/created', { quorum: yes }),
  'key-unicode-get': readKey('/€', {}),
  'ls-sorted': readKey('/d', { sorted: yes }),
  'ls-recursive-sorted-quorum': readKey('/d', { recursive: yes, sorted: yes, quorum: yes }),
  'root-recursive': readKey('/', { recursive: yes, sorted: yes }),
  delete: deleteKey('/message', {}),
  'rmdir-empty': deleteKey('/d/empty', { dir: yes }),
  'rmdir-recursive': deleteKey('/d', { recursive: yes }),
  'cad-value-ok': deleteKey('/cad', {}, { prevValue: 'one' }),
  'cad-index-fail': deleteKey('/cad', {}, { prevIndex: 1 }),
  'wait-set': waitForKey('/w', false, undefined),
  'wait-dir-recursive': waitForKey('/wd', true, undefined),
  'waitindex-history': waitForKey('/wi', false, 98),
};

describe('a request of the v2 API', () => {
  it.each(Object.entries(REQUESTS))('means what was asked of a real server: %s', (id, ask) => {
    expect(meaning(ask)).toEqual(meaning(captured(id).request));
    expect(ask.contentType).toBe('application/x-www-form-urlencoded');
  });

  it.each(Object.entries(BARE))(
    'is the one that a real server was asked, byte for byte: %s',
    (id, { method, path }) => {
      const { request } = captured(id);
      expect([method, `/v2/${path}`]).toEqual([request.method, request.path]);
    }
  );

  it('has its conditions in the query, and its value in the body', () => {
    expect(writeKey('/k', { value: 'a&b', ttl: 5 }, { prevValue: 'c d', prevExist: true })).toMatchObject({
      path: 'keys/k?prevValue=c%20d&prevExist=true',
      body: 'value=a%26b&ttl=5',
      repeat: 'once',
    });
    expect(writeKey('/k', { value: 'x' }, { prevIndex: 5 }).repeat).toBe('guarded');
    expect(encodeFields({ a: undefined, b: false, c: 0 })).toBe('b=false&c=0');
  });

  it('names its key as etcd does', () => {
    expect(['a', '/a/', '//a//b/', '', '/'].map((key) => normalKey(key))).toEqual(['/a', '/a', '/a/b', '/', '/']);
    expect(keyPath('/sp ace/%2F?#')).toBe('/sp%20ace/%252F%3F%23');
    for (const key of ['.', 'a/../b', '/..']) expect(() => normalKey(key)).toThrow('as a component');
  });
});

/** A node as etcd writes it, made of one that was read. */
function raw(node: EtcdV2Node | undefined): object | undefined {
  if (node === undefined) return undefined;
  const { key, dir, value, nodes, ttl, expiration, createdIndex, modifiedIndex } = node;
  return {
    ...(key !== '/' && { key }),
    ...(dir && { dir }),
    ...(value !== undefined && { value }),
    ...(nodes !== undefined && { nodes: nodes.map(raw) }),
    ...(ttl !== undefined && { ttl }),
    ...(expiration !== undefined && { expiration: expiration.getTime() }),
    ...(modifiedIndex > 0 && { modifiedIndex, createdIndex }),
  };
}
/** As {@link raw} makes it: times lose what is less than a millisecond, and a root is not named. */
const comparable = (node: unknown): unknown =>
  JSON.parse(JSON.stringify(node), (key, value: unknown) => {
    if (key === 'expiration') return new Date(value as string).getTime();
    return key === 'key' && value === '/' ? undefined : value;
  });
const lower = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

describe('an answer of the v2 API', () => {
  const answers = V2_EXCHANGES.flatMap(({ id, server, request, response, stream }) => {
    if (!response || request.method === 'HEAD') return [];
    const bodies = !stream ? [response.text ?? ''] : stream.pieces.map(({ text }) => text.trim());
    return bodies.map((body) => ({ id, server, status: response.status, headers: lower(response.headers), body }));
  });
  const isJson = (body: string) => {
    try {
      return typeof JSON.parse(body) === 'object';
    } catch {
      return false;
    }
  };

  it('about a key is read in full, of every version', () => {
    const read = answers.filter(({ status, body }) => status < 300 && isJson(body) && 'action' in JSON.parse(body));
    for (const { id, server, status, headers, body } of read) {
      const { action, node, prevNode } = JSON.parse(body) as Record<string, unknown>;
      const result = keyResult({ status, headers, body });
      const found = { id, server, action: result.action, node: raw(result.node), prevNode: raw(result.prevNode) };
      expect(found).toEqual({
        id,
        server,
        action,
        node: comparable(node ?? null) ?? undefined,
        prevNode: comparable(prevNode ?? null) ?? undefined,
      });
      expect(result.etcdIndex).toBe(Number(headers['x-etcd-index']));
      expect(result.created).toBe(status === 201);
    }
    expect(read.length).toBeGreaterThan(200);
  });

  it('that refuses is an error with the number and the words of etcd', () => {
    const refused = answers.filter(({ status }) => status >= 400);
    for (const { status, body } of refused) {
      const error = refusalOf(status, body, true, { operation: 'x' });
      const { errorCode, message, cause, index } = isJson(body) ? (JSON.parse(body) as Record<string, unknown>) : {};
      expect(error.code).not.toBe('UNKNOWN');
      if (errorCode === undefined) expect(error.number).toBe(status);
      else
        expect([error.number, error.code, error.reason, error.etcdIndex]).toEqual([
          ...[errorCode, codeOf(errorCode as number), cause, index],
        ]);
      if (message !== undefined) expect(error.words).toBe(message);
    }
    expect(refused.length).toBeGreaterThan(130);
  });

  it('that refuses a write tells whether it may have been applied', () => {
    const effects = (id: string) => {
      const { status, text = '' } = captured(id).response!;
      return [refusalOf(status, text, false, {}).effect, refusalOf(status, text, true, {}).effect];
    };
    expect(effects('q-write')).toEqual(['unknown', 'none']);
    expect(effects('q-member-add')).toEqual(['unknown', 'none']);
    expect(effects('cas-value-fail')).toEqual(['none', 'none']);
    expect(effects('auth-guest-write-denied')).toEqual(['none', 'none']);
  });

  it('about versions and health is read, of every version', () => {
    const answer = (id: string, server?: string) => {
      const { status, headers, text = '' } = captured(id, server).response!;
      return { status, headers, body: text };
    };
    expect(versionOf(answer('version'))).toEqual({ server: '3.4.23', cluster: '3.4.0' });
    expect(versionOf(answer('version', 'etcd 2.3.8'))).toEqual({ server: '2.3.8', cluster: '2.3.0' });
    expect(versionOf(answer('version', 'etcd 0.4.9'))).toEqual({ server: '0.4.9', cluster: '0.4.9' });
    expect([isHealthy(answer('health')), isHealthy(answer('q-health'))]).toEqual([true, false]);
    expect(isHealthy({ status: 200, headers: {}, body: '{"health":"true","reason":""}' })).toBe(true);
    expect(isHealthy({ status: 404, headers: {}, body: '404 page not found' })).toBe(true);
  });
});
