import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, type Subscription } from 'rxjs';
import type { EtcdV2 } from '../../../../lib/etcd/v2/client/etcdV2.js';
import { connectV2 } from '../../../../lib/etcd/v2/connectV2.js';
import type { ConnectV2Options } from '../../../../lib/etcd/v2/options.js';
import { ScriptedHttp1, type ScriptedRequest } from '../../../helpers/scriptedHttp1.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

let time: VirtualTime;
let http: ScriptedHttp1;
let etcd: EtcdV2;
let life: Subscription;

const NODE = { key: '/k', value: 'v', modifiedIndex: 7, createdIndex: 7 };
const FOUND = { action: 'get', node: NODE };
const refused = (errorCode: number, cause = '') => ({ errorCode, message: 'no', cause, index: 9 });

function begin(endpoints = 'a:1,b:2', options: ConnectV2Options = {}): void {
  life?.unsubscribe();
  time = new VirtualTime();
  http = new ScriptedHttp1();
  // the first member is `a`: this order leaves the list alone
  const settings = { random: () => 0.99, backoff: { min: 100, max: 100 }, ...options };
  life = connectV2(endpoints, { transport: http.transport, scheduler: time, ...settings }).subscribe(
    (it) => (etcd = it)
  );
}
beforeEach(() => begin());
afterEach(() => life.unsubscribe());

/** What a request has come to so far. */
function outcome(request$: Observable<unknown>): { value?: unknown; error?: unknown } {
  const all: { value?: unknown; error?: unknown } = {};
  life.add(
    request$.subscribe({ next: (value) => (all.value = value), error: (error: unknown) => (all.error = error) })
  );
  return all;
}
const members = () => http.asked.map(({ at }) => at);
/** Answers the requests, one after the other; the last answer is for all that follow. */
const script = (...answers: Array<(request: ScriptedRequest) => void>) => {
  let i = 0;
  http.answer = (request) => answers[Math.min(i++, answers.length - 1)]!(request);
};
const ok = (it: ScriptedRequest) => it.reply(200, FOUND);
const cut = (it: ScriptedRequest) => it.cut();
const refuse = (it: ScriptedRequest) => it.refuse();
const hang = () => undefined;
const busy = (it: ScriptedRequest) => it.reply(500, refused(300, 'etcdserver: request timed out'));

const reads = [['get', () => etcd.get('k')]] as const;
const plainWrites = [
  ['set', () => etcd.set('k', 'v')],
  ['create', () => etcd.create('k', 'v')],
  ['delete', () => etcd.delete('k')],
  ['createInOrder', () => etcd.createInOrder('k', 'v')],
  ['compareAndSwap by value', () => etcd.compareAndSwap('k', 'v', { prevValue: 'w' })],
] as const;
const guarded = [
  ['compareAndSwap by index', () => etcd.compareAndSwap('k', 'v', { prevIndex: 5 })],
  ['compareAndDelete by index', () => etcd.compareAndDelete('k', { prevIndex: 5 })],
] as const;

describe('a request that no member has seen', () => {
  it.each([...reads, ...plainWrites, ...guarded])('goes to the next member at once: %s', (_, request) => {
    script(refuse, ok);
    const done = outcome(request());
    expect(done.value).toBeDefined();
    expect(members()).toEqual(['a:1', 'b:2']);
  });

  it('waits before a second round, and ends in time with the reason', () => {
    script(refuse);
    const done = outcome(etcd.set('k', 'v', { timeout: 250 }));
    expect(members()).toEqual(['a:1', 'b:2']);
    time.advance(100);
    expect(members()).toHaveLength(4);
    time.advance(150);
    expect(done.error).toMatchObject({ code: 'TIMEOUT', effect: 'none', operation: 'set', path: '/k' });
    expect((done.error as Error).message).toContain('cannot connect to');
  });
});

describe('a request that waits while the process sleeps for longer than its timeout', () => {
  it('is not sent any more', () => {
    script(refuse);
    const done = outcome(etcd.set('k', 'v', { timeout: 250 }));
    const asked = members().length;
    script(ok);
    time.now = () => time.frame + 10_000; // it wakes: all timers are due, and run in their order
    time.advance(100);
    expect(members()).toHaveLength(asked);
    time.advance(160);
    expect(done.error).toMatchObject({ code: 'TIMEOUT', effect: 'none' });
  });
});

describe('a request to one certain member', () => {
  it('waits before each further try there', () => {
    begin('a:1,b:2,c:3');
    http.answer = (it) =>
      it.path.endsWith('members/leader') ? it.reply(200, { id: 'ab', clientURLs: ['http://c:3'] }) : it.refuse();
    outcome(etcd.statistics.leader());
    const tries = () => members().filter((at) => at === 'c:3').length;
    expect(tries()).toBe(1);
    time.advance(99);
    expect(tries()).toBe(1);
    time.advance(1);
    expect(tries()).toBe(2);
    time.advance(100);
    expect(tries()).toBe(3);
  });
});

describe('a request whose answer is lost', () => {
  it.each([...reads, ...guarded])('is sent again: %s', (_, request) => {
    script(cut, ok);
    expect(outcome(request()).value).toBeDefined();
    expect(members()).toEqual(['a:1', 'b:2']);
  });

  it.each(plainWrites)('is not sent again, and its effect is unknown: %s', (_, request) => {
    script(cut, ok);
    expect(outcome(request()).error).toMatchObject({ layer: 'transport', code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(members()).toEqual(['a:1']);
  });

  it.each(guarded)('may have been done, if its condition fails then: %s', (_, request) => {
    script(cut, (it) => it.reply(412, refused(101, '[5 != 7]')));
    expect(outcome(request()).error).toMatchObject({ layer: 'transport', code: 'CONNECTION_LOST', effect: 'unknown' });
    begin();
    script((it) => it.reply(412, refused(101, '[5 != 7]')));
    expect(outcome(request()).error).toMatchObject({ effect: 'none', code: 'TEST_FAILED', reason: '[5 != 7]' });
  });
});

describe('a request that a member cannot serve', () => {
  it.each([...reads, ...guarded])('is sent to another one: %s', (_, request) => {
    script(busy, ok);
    expect(outcome(request()).value).toBeDefined();
    expect(members()).toEqual(['a:1', 'b:2']);
  });

  it.each(plainWrites)('may have been done: %s', (_, request) => {
    script(busy, ok);
    expect(outcome(request()).error).toMatchObject({
      ...{ code: 'RAFT_INTERNAL', number: 300, effect: 'unknown', reason: 'etcdserver: request timed out' },
    });
    expect(members()).toEqual(['a:1']);
  });

  it('was not done if the refusal says so', () => {
    script((it) => it.reply(412, refused(105, '/k')));
    expect(outcome(etcd.create('k', 'v')).error).toMatchObject({ code: 'NODE_EXIST', effect: 'none' });
    expect(members()).toEqual(['a:1']);
  });
});

describe('a member that does not answer', () => {
  it('is left by reads, but not by writes, which end with their timeout', () => {
    script(hang);
    const read = outcome(etcd.get('k'));
    const written = outcome(etcd.set('k', 'v'));
    time.advance(5000);
    expect(members()).toEqual(['a:1', 'a:1', 'b:2']);
    expect(read.error).toBeUndefined();
    time.advance(10_000);
    expect(read.error).toMatchObject({ code: 'TIMEOUT', effect: 'none' });
    expect(written.error).toMatchObject({ code: 'TIMEOUT', effect: 'unknown', operation: 'set' });
    expect(http.asked.every(({ cancelled }) => cancelled)).toBe(true);
  });

  it('is noticed by the look at its health', () => {
    expect(etcd.state).toMatchObject({ kind: 'connected', endpoint: { host: 'a' } });
    http.healthy = (at) => (at === 'a:1' ? undefined : true);
    time.advance(15_000);
    expect(etcd.state).toMatchObject({ kind: 'connected', endpoint: { host: 'b' } });
    script(ok);
    outcome(etcd.get('k'));
    expect(members()).toEqual(['b:2']);
  });

  it('is left when it is cut off from the others', () => {
    http.healthy = (at) => at !== 'a:1';
    time.advance(10_000);
    expect(etcd.state).toMatchObject({ kind: 'connected', endpoint: { host: 'b' } });
  });

  it('is not asked for its health without a pause', () => {
    http.healthy = () => false;
    time.advance(10_000);
    const before = http.looks;
    time.advance(10_000);
    expect(http.looks - before).toBeLessThanOrEqual(202);
    expect(etcd.state).toMatchObject({ kind: 'connecting', cause: { code: 'UNAVAILABLE' } });
  });
});

describe('a redirect', () => {
  const to =
    (location: string, status = 307) =>
    (it: ScriptedRequest) =>
      it.reply(status, '', { location });

  it('to a member is followed with the method, the body and the password', () => {
    begin('a:1,b:2', { user: { name: 'me', password: 'secret' } });
    script(to('http://b:2/v2/keys/k'), ok);
    expect(outcome(etcd.set('k', 'v')).value).toBeDefined();
    expect(
      http.asked.map(({ at, method, path, body, headers }) => [at, method, path, body, headers['authorization']])
    ).toEqual([
      ['a:1', 'PUT', '/v2/keys/k', 'value=v', 'Basic bWU6c2VjcmV0'],
      ['b:2', 'PUT', '/v2/keys/k', 'value=v', 'Basic bWU6c2VjcmV0'],
    ]);
  });

  it('to a server that is no member is not followed', () => {
    script(to('http://evil:1/v2/keys/k'), (it) => it.reply(200, 'http://a:1, http://b:2'));
    expect(outcome(etcd.set('k', 'v')).error).toMatchObject({ code: 'PROTOCOL', effect: 'none', operation: 'set' });
    expect(http.asked.map(({ at, path }) => at + path)).toEqual(['a:1/v2/keys/k', 'a:1/v2/machines']);
  });

  it('to a member that the cluster names is followed', () => {
    script(to('http://c:3/v2/keys/k'), (it) => it.reply(200, 'http://a:1, http://c:3'), ok);
    expect(outcome(etcd.set('k', 'v')).value).toBeDefined();
    expect(members()).toEqual(['a:1', 'a:1', 'c:3']);
  });

  it.each([301, 302, 303])('with %d is not followed', (status) => {
    script(to('http://b:2/v2/keys/k', status));
    expect(outcome(etcd.set('k', 'v')).error).toMatchObject({ code: 'PROTOCOL', effect: 'none' });
    expect(members()).toEqual(['a:1']);
  });

  it('in a circle comes to an end', () => {
    http.answer = (it) => to(`http://${it.at === 'a:1' ? 'b:2' : 'a:1'}/v2/keys/k`)(it);
    expect(outcome(etcd.set('k', 'v')).error).toMatchObject({ code: 'PROTOCOL', effect: 'none' });
    expect(members()).toHaveLength(11);
  });

  it('to a member that is dead is asked of another one', () => {
    http.answer = (it) => (it.at === 'a:1' ? to('http://c:3/')(it) : it.at === 'c:3' ? it.refuse() : ok(it));
    begin('a:1,b:2,c:3');
    http.answer = (it) => (it.at === 'a:1' ? to('http://c:3/')(it) : it.at === 'c:3' ? it.refuse() : ok(it));
    expect(outcome(etcd.set('k', 'v')).value).toBeDefined();
    expect(members()).toEqual(['a:1', 'c:3', 'b:2']);
  });
});

describe('an answer that is not of etcd', () => {
  it.each([
    ['no JSON', 'oops'],
    ['nothing', ''],
    ['a list', '[]'],
    ['no action', '{}'],
    ['a node that is none', '{"action":"get","node":5}'],
    ['a node inside that is none', '{"action":"get","node":{"dir":true,"nodes":[null]}}'],
    ['a node that is too deep', `{"action":"get","node":${'{"nodes":['.repeat(20_000)}${']}'.repeat(20_000)}}`],
  ])('is an error of the protocol: %s', (_, body) => {
    script((it) => it.reply(200, body));
    expect(outcome(etcd.get('k')).error).toMatchObject({ layer: 'protocol', effect: 'none', operation: 'get' });
    expect(outcome(etcd.set('k', 'v')).error).toMatchObject({ layer: 'protocol', effect: 'unknown', path: '/k' });
  });

  it.each([
    [404, '404 page not found\n', 'NO_V2_API'],
    [413, '<html>', 'TOO_LARGE'],
    [418, 'teapot', 'UNKNOWN'],
    [400, '{"message":"bad"}', 'BAD_REQUEST'],
    [400, refused(999), 'UNKNOWN'],
    [405, 'Method Not Allowed', 'METHOD_NOT_ALLOWED'],
    [401, refused(110, 'Insufficient credentials'), 'UNAUTHORIZED'],
  ])('with the status %d is a refusal', (status, body, code) => {
    script((it) => it.reply(status, body));
    expect(outcome(etcd.get('k')).error).toMatchObject({ layer: 'server', code, effect: 'none' });
  });
});

describe('a client', () => {
  it('learns the members of the cluster, if it is to', () => {
    begin('a:1', { discover: true });
    expect(http.asked.map(({ at, path }) => at + path)).toEqual(['a:1/v2/machines']);
    http.asked[0]!.reply(200, 'http://a:1, http://c:3, https://d:4, junk');
    http.healthy = (at) => at !== 'a:1';
    time.advance(10_000);
    expect(etcd.state).toMatchObject({ kind: 'connected', endpoint: { host: 'c' } });
  });

  it('refuses to refresh where that would empty the value', () => {
    script((it) => it.reply(200, 'etcd 0.4.9'));
    expect(outcome(etcd.refresh('k', 5)).error).toMatchObject({ layer: 'usage', argument: 'ttl' });
    script((it) => it.reply(200, { etcdserver: '2.3.8', etcdcluster: '2.3.0' }), ok);
    expect(outcome(etcd.refresh('k', 5)).value).toBeDefined();
    expect(http.asked[2]).toMatchObject({ path: '/v2/keys/k?prevExist=true', body: 'ttl=5&refresh=true' });
  });

  it('gives a request up when nobody waits for it', () => {
    script(hang);
    const subscription = etcd.get('k').subscribe();
    subscription.unsubscribe();
    expect(http.asked[0]!.cancelled).toBe(true);
  });

  it('has another prefix, if it is to', () => {
    begin('a:1', { prefix: '/proxy/v2' });
    script(ok);
    outcome(etcd.get('k'));
    expect(http.asked[0]!.path).toBe('/proxy/v2/keys/k');
  });
});
