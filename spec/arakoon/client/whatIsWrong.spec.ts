import { describe, expect, it } from '@jest/globals';
import { type Observable, defer, map } from 'rxjs';
import {
  type Arakoon,
  breakLock,
  connect,
  lock,
  nursery,
  open,
  poll,
  pollPrefix,
  prefixEnd,
  pagedRange,
  steps,
  update,
} from '../../../lib/arakoon/index.js';
import { type Codec, json, utf8 } from '../../../lib/core/codecs.js';
import type { CoordinationError, UsageError } from '../../../lib/core/errors.js';
import { raise } from '../../../lib/core/failures.js';
import { arakoonInMemory } from '../../../lib/testing/index.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const wrong = (value: unknown) => value as never;
// prettier-ignore
const no = () => {
  throw new TypeError('no');
};
const CODEC: Codec<string> = { encode: no, decode: no };

/** The error of a request, on its error channel. */
function errorOf(ground: { pass(ms?: number): void }, request$: Observable<unknown>): CoordinationError {
  let error: CoordinationError | undefined;
  request$.subscribe({ error: (it: CoordinationError) => (error = it) });
  ground.pass(100);
  return error!;
}

/** Every method, with some options. */
const METHODS: Readonly<Record<string, (a: Arakoon, options: never) => Observable<unknown>>> = {
  exists: (a, o) => a.exists('x', o),
  get: (a, o) => a.get('x', o),
  multiGet: (a, o) => a.multiGet(['x'], o),
  multiGetOption: (a, o) => a.multiGetOption(['x'], o),
  prefix: (a, o) => a.prefix('x', o),
  range: (a, o) => a.range({}, o),
  rangeEntries: (a, o) => a.rangeEntries({}, o),
  revRangeEntries: (a, o) => a.revRangeEntries({}, o),
  prefixEntries: (a, o) => a.prefixEntries('x', o),
  assert: (a, o) => a.assert('x', null, o),
  assertExists: (a, o) => a.assertExists('x', o),
  getKeyCount: (a, o) => a.getKeyCount(o),
  set: (a, o) => a.set('x', Buffer.alloc(0), o),
  confirm: (a, o) => a.confirm('x', Buffer.alloc(0), o),
  delete: (a, o) => a.delete('x', o),
  deletePrefix: (a, o) => a.deletePrefix('x', o),
  replace: (a, o) => a.replace('x', null, o),
  testAndSet: (a, o) => a.testAndSet('x', null, null, o),
  sequence: (a, o) => a.sequence([], o),
  userFunction: (a, o) => a.userFunction('f', null, o),
  nop: (a, o) => a.nop(o),
  whoMaster: (a, o) => a.whoMaster(o),
  hello: (a, o) => a.hello('me', o),
  version: (a, o) => a.version(o),
  getCurrentState: (a, o) => a.getCurrentState(o),
  statistics: (a, o) => a.statistics(o),
  getTxid: (a, o) => a.getTxid(o),
  expectProgressPossible: (a, o) => a.expectProgressPossible(o),
  dropMaster: (a, o) => a.dropMaster(o),
  optimizeDb: (a, o) => a.optimizeDb(o),
  defragDb: (a, o) => a.defragDb(o),
  flushStore: (a, o) => a.flushStore(o),
  copyDbToHead: (a, o) => a.copyDbToHead(1, o),
  collapseTlogs: (a, o) => a.collapseTlogs(1, o),
  getDb: (a, o) => a.getDb(o),
  userHook: (a, o) => a.userHook('h', o),
  getInterval: (a, o) => a.nursery.getInterval(o),
  setInterval: (a, o) =>
    a.nursery.setInterval({ public: { begin: null, end: null }, private: { begin: null, end: null } }, o),
  getRouting: (a, o) => a.nursery.getRouting(o),
  setRouting: (a, o) => a.nursery.setRouting({ cluster: 'x' }, o),
  setRoutingDelta: (a, o) => a.nursery.setRoutingDelta('a', Buffer.from('k'), 'b', o),
  getNurseryConfig: (a, o) => a.nursery.getConfig(o),
  setNurseryConfig: (a, o) => a.nursery.setConfig('x', { a: { hosts: ['h'], port: 1 } }, o),
  getFringe: (a, o) => a.nursery.getFringe(null, 'upper', o),
  migrateRange: (a, o) =>
    a.nursery.migrateRange({ public: { begin: null, end: null }, private: { begin: null, end: null } }, [], o),
};

describe('an option that cannot be', () => {
  const BAD: readonly (readonly [string, unknown])[] = [
    ['options.tiemout', { tiemout: 1 }],
    ['options.timeout', { timeout: '5000' }],
    ['options.signal', { signal: {} }],
    ['options.node', { node: 'z' }],
    ['options.node', { node: 7 }],
    ['options.idempotent', { idempotent: 1 }],
    ['options', 5000],
    ['options', 'a'],
  ];
  it.each(Object.keys(METHODS))('is refused by %s, whichever it is, and nothing is sent', (name) => {
    const ground = new ArakoonGround();
    ground.pass(10);
    const dials = ground.peer.dials.length;
    const refusals = BAD.map(
      ([, options]) => errorOf(ground, METHODS[name]!(ground.arakoon, wrong(options))) as UsageError
    );
    expect(refusals.map(({ code, argument, operation }) => [code, argument, operation])).toEqual(
      BAD.map(([argument]) => ['USAGE', argument, name])
    );
    expect(ground.peer.dials.length).toBe(dials);
  });

  it('is refused for what it is an option of, and no other', () => {
    const ground = new ArakoonGround();
    const { arakoon } = ground;
    const refused = (request$: Observable<unknown>) => (errorOf(ground, request$) as UsageError).argument;
    expect([
      refused(arakoon.set('x', Buffer.alloc(0), wrong({ consistency: 'none' }))),
      refused(arakoon.get('x', wrong({ max: 1 }))),
      refused(arakoon.get('x', wrong({ sync: true }))),
      refused(arakoon.sequence([], wrong({ sync: 1 }))),
      refused(arakoon.prefix('x', wrong({ max: '1' }))),
      refused(arakoon.get('x', { consistency: wrong({ atLeast: 1 }) })),
    ]).toEqual([
      'options.consistency',
      'options.max',
      'options.sync',
      'options.sync',
      'options.max',
      'options.consistency',
    ]);
  });

  it.each<[string, (a: Arakoon) => unknown]>([
    ['options.tiemout', (a) => a.with(wrong({ tiemout: 1 }))],
    ['options.timeout', (a) => a.with({ timeout: -1 })],
    ['options.node', (a) => a.with({ node: 'z' })],
    ['options.consistency', (a) => a.with({ consistency: wrong('dirty') })],
    ['options.key', (a) => a.with({ key: wrong('utf8') })],
    ['options.value', (a) => a.with({ value: wrong({ encode: utf8.encode }) })],
    ['options', (a) => a.with(wrong(5000))],
  ])('of a view is refused at once: %s', (argument, view) => {
    expect(() => view(new ArakoonGround().arakoon)).toThrow(expect.objectContaining({ code: 'USAGE', argument }));
  });

  it.each<[string, (a: Arakoon) => Observable<unknown>]>([
    ['options.every', (a) => poll(a, 'x', wrong({}))],
    ['options.often', (a) => poll(a, 'x', wrong({ every: 1, often: 1 }))],
    ['options.every', (a) => pollPrefix(a, 'x', wrong({ every: '1' }))],
    ['options.idempotent', (a) => update(a, 'x', () => undefined, wrong({ idempotent: true }))],
    ['change', (a) => update(a, 'x', wrong(undefined))],
    ['options.evry', (a) => lock(a, 'x', wrong({ evry: 1 }))],
    ['token', (a) => breakLock(a, 'x', wrong(1))],
    ['range.descending', (a) => pagedRange(a, { descending: wrong(1) }, () => undefined)],
    ['work', (a) => pagedRange(a, {}, wrong(undefined))],
    ['options.max', (a) => pagedRange(a, {}, () => undefined, wrong({ max: 1 }))],
    ['options.pateince', (a) => nursery(a, () => connect('x'), wrong({ pateince: 1 }))],
    ['open', (a) => nursery(a, wrong('connect'))],
  ])('of a recipe is refused: %s', (argument, recipe) => {
    const ground = new ArakoonGround();
    expect(errorOf(ground, recipe(ground.arakoon))).toMatchObject({ code: 'USAGE', argument });
  });

  it.each([
    ['options.transport', { transport: 'tcp' }],
    ['options.random', { random: 4 }],
    ['options.scheduler', { scheduler: {} }],
  ])('of a client is refused: %s', (argument, options) => {
    expect(errorOf({ pass: () => undefined }, connect('arakoon://x?a=b:1', wrong(options)))).toMatchObject({
      code: 'USAGE',
      argument,
    });
    return expect(open('arakoon://x?a=b:1', wrong(options))).rejects.toMatchObject({ code: 'USAGE', argument });
  });
});

describe('an error', () => {
  function world() {
    const time = new VirtualTime();
    const server = arakoonInMemory({ scheduler: time, entries: { x: '{', y: '1' } });
    let arakoon!: Arakoon;
    connect(server.cluster, { transport: server.transport(), scheduler: time, maxReplyBytes: 100 }).subscribe(
      (it) => (arakoon = it)
    );
    return { arakoon, pass: (ms = 0) => time.advance(ms) };
  }
  const numbers = (a: Arakoon) => a.with({ value: json<number>() });

  it.each<[string, string | undefined, string, (a: Arakoon) => Observable<unknown>]>([
    ['get', 'x', 'BAD_VALUE', (a) => numbers(a).get('x')],
    ['replace', 'x', 'BAD_VALUE', (a) => numbers(a).replace('x', 1)],
    ['multiGet', 'x', 'BAD_VALUE', (a) => numbers(a).multiGet(['y', 'x'])],
    ['multiGetOption', 'x', 'BAD_VALUE', (a) => numbers(a).multiGetOption(['y', 'x'])],
    ['rangeEntries', 'x', 'BAD_VALUE', (a) => numbers(a).rangeEntries()],
    ['prefixEntries', 'x', 'BAD_VALUE', (a) => numbers(a).prefixEntries('x')],
    ['poll', 'x', 'BAD_VALUE', (a) => poll(numbers(a), 'x', { every: 100 }).pipe(map(({ error }) => raise(error!)))],
    [
      'pollPrefix',
      'x',
      'BAD_VALUE',
      (a) => pollPrefix(numbers(a), '', { every: 100 }).pipe(map(({ unreadable }) => raise(unreadable[0]![1]))),
    ],
    ['update', 'x', 'BAD_VALUE', (a) => update(numbers(a), 'x', () => 1)],
    ['lock', 'x', 'BAD_VALUE', (a) => lock(a, 'x')],
    ['get', 'x', 'BAD_VALUE', (a) => a.with({ value: CODEC }).get('x')],
    ['get', undefined, 'BAD_VALUE', (a) => a.with({ key: CODEC }).get('x')],
    ['set', 'x', 'BAD_VALUE', (a) => a.with({ value: utf8 }).set('x', wrong(5))],
    ['testAndSet', 'x', 'BAD_VALUE', (a) => a.with({ value: utf8 }).testAndSet('x', null, wrong(5))],
    ['sequence', undefined, 'BAD_VALUE', (a) => a.with({ value: utf8 }).sequence([steps.set('x', wrong(5))])],
    ['get', 'z', 'NOT_FOUND', (a) => a.get('z')],
    ['set', 'z', 'USAGE', (a) => a.set('z', Buffer.alloc(9_000_000))],
    ['get', 'z', 'PROTOCOL', (a) => defer(() => (a.set('z', Buffer.alloc(200)).subscribe(), a.get('z')))],
  ])('of %s names the operation, and the key, %s: %s', (operation, path, code, request) => {
    const it = world();
    const error = errorOf(it, request(it.arakoon));
    expect([error?.code, error?.operation, error?.path]).toEqual([code, operation, path]);
  });

  it.each<[RegExp, (a: Arakoon<string, string>) => Observable<unknown>]>([
    [/value: utf8/, (a) => a.set('x', wrong(5))],
    [/expected: utf8/, (a) => a.testAndSet('x', wrong(5), null)],
    [/wanted: utf8/, (a) => a.testAndSet('x', null, wrong(5))],
    [/keys\[1\]: utf8/, (a) => a.multiGet(['x', wrong(5)])],
    [/range.begin: utf8/, (a) => a.range({ begin: wrong(5) })],
    [/steps\[1\].value: utf8/, (a) => a.sequence([steps.nop(), steps.set('x', wrong(5))])],
  ])('about a value that a codec cannot write names the argument: %p', (why, request) => {
    const it = world();
    expect(errorOf(it, request(it.arakoon.with({ value: utf8 }))).message).toMatch(why);
  });

  it('names sequences that are nested too deep to be sent, or that contain themselves; one less deep is sent', () => {
    const it = world();
    const nested = (depth: number) => {
      let step: Parameters<typeof it.arakoon.sequence>[0][number] = steps.set('deep', Buffer.from('1'));
      for (let i = 1; i < depth; i++) step = steps.sequence([step]);
      return it.arakoon.sequence([step]);
    };
    const ring = { kind: 'sequence' as const, steps: [] as never[] };
    ring.steps.push(ring as never);
    const refusals = [nested(101), nested(100_000), it.arakoon.sequence([ring])].map(
      (request$) => errorOf(it, request$) as UsageError
    );
    expect(refusals.map(({ code, argument, operation }) => [code, argument, operation])).toEqual(
      Array(3).fill(['USAGE', 'steps', 'sequence'])
    );
    expect(errorOf(it, nested(100))).toBeUndefined();
    let found: boolean | undefined;
    it.arakoon.exists('deep').subscribe((exists) => (found = exists));
    it.pass(100);
    expect(found).toBe(true);
  });

  it('shows no value that may be secret', () => {
    const it = world();
    const secret = 'hunter2';
    it.arakoon.set('s', Buffer.from(secret)).subscribe();
    const { arakoon } = it;
    for (const request$ of [
      lock(arakoon, 's'),
      numbers(arakoon).get('s'),
      arakoon.set('x', wrong(secret)),
      arakoon.userFunction('f', wrong(secret)),
      arakoon.testAndSet('x', wrong(secret), null),
    ]) {
      const error = errorOf(it, request$);
      expect([error.message, String(error.cause), JSON.stringify(error)].join()).not.toContain(secret);
    }
  });
});

describe('the entries of a prefix', () => {
  it('are those that begin with it, at most so many', () => {
    const time = new VirtualTime();
    const server = arakoonInMemory({
      scheduler: time,
      entries: { '': '0', a: '1', ab: '2', 'a\u{10ffff}': '3', b: '4' },
    });
    const found: unknown[] = [];
    connect(server.cluster, { transport: server.transport(), scheduler: time }).subscribe((arakoon) => {
      const view = arakoon.with({ value: utf8 });
      for (const [prefix, max] of [['a'], ['a', 2], [''], ['c']] as const)
        view
          .prefixEntries(prefix, { max })
          .subscribe((entries) => found.push(entries.map(([, value]) => value).join('')));
    });
    time.advance(100);
    expect([found, prefixEnd(Buffer.from('a'))]).toEqual([
      ['123', '12', '01234', ''],
      Uint8Array.from(Buffer.from('b')),
    ]);
  });
});
