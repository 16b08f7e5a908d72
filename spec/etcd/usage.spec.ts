import { describe, expect, it } from '@jest/globals';
import { NEVER, isObservable } from 'rxjs';
import { type UsageError, utf8 } from '../../lib/index.js';
import * as front from '../../lib/etcd/index.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const any = <T>(value: unknown) => value as T;
const data = new Uint8Array(1);
let dialled = 0;
const transport = () => ((dialled += 1), NEVER);
const quiet = { transport, scheduler: new VirtualTime() };

let etcd!: front.Etcd;
front.connect('a', quiet).subscribe((it) => (etcd = it));
const { leases, members, maintenance, auth } = etcd;
const { alarms, downgrade } = maintenance;
const { users, roles } = auth;

/** The argument that is at fault, as the error channel, a throw or a promise says. */
async function fault(make: () => unknown): Promise<string> {
  let found = 'nothing';
  const note = (error: unknown) => {
    const { layer, argument, code } = error as UsageError; // a codec's mistake has no argument, but a code
    found = layer === 'usage' ? (argument ?? code) : `not a UsageError: ${String(error)}`;
  };
  try {
    const made = make();
    if (isObservable(made)) made.subscribe({ error: note }).unsubscribe();
    else await made;
  } catch (error) {
    note(error);
  }
  return found;
}

describe('the options of a client', () => {
  const bad: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ...['timeout', 'connectTimeout', 'heartbeat'].flatMap((name) =>
      [0, -1, NaN, Infinity, '5', 2 ** 31].map((value) => [`options.${name}`, { [name]: value }] as const)
    ),
    ...['maxRequestBytes', 'maxReplyBytes', 'coalesce'].flatMap((name) =>
      [-1, 0, 1.5, NaN, '9', 2 ** 31].map((value) => [`options.${name}`, { [name]: value }] as const)
    ),
    ['options.heartbeat', { heartbeat: 5999 }],
    ['options.coalesce', { coalesce: 129 }],
    ['options.transport', { transport: 'http' }],
    ['options.transport', { transport: 7 }],
    ['options.tls', { tls: {} }],
    ['options.tls', { transport: 'grpc', tls: 'yes' }],
    ['options.tls', { transport: 'gateway', tls: 7 }],
    ['options.user', { user: 'root' }],
    ['options.user.name', { user: { name: '', password: 'x' } }],
    ['options.user.name', { user: { name: 7, password: 'x' } }],
    ['options.user.password', { user: { name: 'a' } }],
    ['options.user.role', { user: { name: 'a', password: 'x', role: 'r' } }],
    ['options.backoff.min', { backoff: { min: 500, max: 100 } }],
    ['options.backoff.max', { backoff: { min: 5, max: -1 } }],
    ['options.random', { random: 0.5 }],
    ['options.scheduler', { scheduler: {} }],
    ['options.tiemout', { tiemout: 1000 }],
  ];

  it.each(bad)('are checked: %s in %j', async (argument, options) => {
    dialled = 0;
    expect(await fault(() => front.connect('a', { ...quiet, ...(options as front.ConnectOptions) }))).toBe(argument);
    expect(dialled).toBe(0);
  });

  it.each([[''], [','], ['a:99999'], ['a:x'], ['[::1'], ['a b'], [[]], [['a', '']], [42], [null], ['ftp://a']])(
    'that list endpoints are checked: %j',
    async (endpoints) => {
      expect(await fault(() => front.connect(endpoints as string, quiet))).toMatch(/^endpoints/);
    }
  );

  it('of open are checked alike', async () => {
    expect(await fault(() => front.open('a', { ...quiet, timeout: -1 }))).toBe('options.timeout');
    expect(await fault(() => front.open('a', { ...quiet, openTimeout: -1 }))).toBe('options.openTimeout');
    expect(await fault(() => front.open('a', { ...quiet, signal: any<AbortSignal>(7) }))).toBe('options.signal');
  });

  it('of a view are checked, and its codecs', async () => {
    const view = (options: object) => fault(() => etcd.with(options));
    expect(await view({ namespace: 7 })).toBe('options.namespace');
    expect(await view({ key: utf8.encode })).toBe('options.key');
    expect(await view({ value: 'json' })).toBe('options.value');
    expect(await view({ timeout: 0 })).toBe('options.timeout');
    expect(await view({ codec: utf8 })).toBe('options.codec');
  });
});

/** Calls that take a key, which is text that is not empty. */
const BY_KEY: Readonly<Record<string, (key: string) => unknown>> = {
  get: (key) => etcd.get(key),
  put: (key) => etcd.put(key, data),
  delete: (key) => etcd.delete(key),
  watch: (key) => etcd.watch(key),
  events: (key) => etcd.events(key),
  range: (key) => etcd.range({ from: key, to: 'b' }),
};

describe.each(Object.entries(BY_KEY))('%s', (_, take) => {
  it.each([[7], [null], [undefined], [{}], [data]])('refuses %p in place of a key', async (key) => {
    expect(await fault(() => take(any(key)))).not.toMatch(/nothing|not a UsageError/);
  });
});

/** Arguments of other kinds, each with its name. */
const ARGUMENTS: readonly (readonly [argument: string, method: string, act: () => unknown])[] = [
  ['key', 'get', () => etcd.get('')],
  ['key', 'put', () => etcd.put('', data)],
  ['key', 'delete', () => etcd.delete('')],
  ['BAD_VALUE', 'put', () => etcd.put('a', any('text'))],
  ['value', 'put', () => etcd.put('a', any(null))],
  ['options.lease', 'put', () => etcd.put('a', data, { lease: any(7) })],
  ['options.keepLease', 'put', () => etcd.put('a', data, { keepLease: any('yes') })],
  ['options.previous', 'put', () => etcd.put('a', data, { previous: any(1) })],
  ['options.previous', 'delete', () => etcd.delete('a', { previous: any(1) })],
  ['options.revision', 'get', () => etcd.get('a', { revision: -1 })],
  ['options.revision', 'get', () => etcd.get('a', { revision: any('1') })],
  ['options.serializable', 'get', () => etcd.get('a', { serializable: any(1) })],
  ['options.timeout', 'get', () => etcd.get('a', { timeout: 0 })],
  ['options.signal', 'get', () => etcd.get('a', { signal: any({}) })],
  ['range', 'range', () => etcd.range(any(7))],
  ['range', 'range', () => etcd.range(any({}))],
  ['range', 'count', () => etcd.count(any(null))],
  ['range', 'deleteRange', () => etcd.deleteRange(any('a'))],
  ['range', 'watchRange', () => etcd.watchRange(any(7))],
  ['options.limit', 'range', () => etcd.range({ prefix: 'a' }, { limit: -1 })],
  ['options.sort.by', 'range', () => etcd.range({ prefix: 'a' }, { sort: { by: any('age') } })],
  ['options.sort.order', 'range', () => etcd.range({ prefix: 'a' }, { sort: { by: 'key', order: any('up') } })],
  ['options.minModRevision', 'range', () => etcd.range({ prefix: 'a' }, { minModRevision: 0.5 })],
  ['options.maxCreateRevision', 'keys', () => etcd.keys({ prefix: 'a' }, { maxCreateRevision: any('1') })],
  ['options.size', 'pages', () => etcd.pages({ prefix: 'a' }, { size: 0 })],
  ['revision', 'compact', () => etcd.compact(-1)],
  ['revision', 'compact', () => etcd.compact(any('1'))],
  ['options.physical', 'compact', () => etcd.compact(1, { physical: any('yes') })],
  ['options.from', 'events', () => etcd.events('a', { from: -1 })],
  ['options.only', 'events', () => etcd.events('a', { only: any('puts') })],
  ['BAD_VALUE', 'watchPrefix', () => etcd.watchPrefix(any(7))],
  ['ttl', 'leases.hold', () => leases.hold(0)],
  ['ttl', 'leases.hold', () => leases.hold(any('1000'))],
  ['ttl', 'leases.grant', () => leases.grant(-1)],
  ['options.id', 'leases.grant', () => leases.grant(1000, { id: any(7) })],
  ['id', 'leases.keepAlive', () => leases.keepAlive(any(7))],
  ['id', 'leases.revoke', () => leases.revoke(any('7'))],
  ['id', 'leases.timeToLive', () => leases.timeToLive(2n ** 64n)],
  ['options.keys', 'leases.timeToLive', () => leases.timeToLive(1n, { keys: any('all') })],
  ['peerUrls', 'members.add', () => members.add(any('http://a:1'))],
  ['peerUrls', 'members.add', () => members.add([])],
  ['id', 'members.update', () => members.update(any(1), ['http://a:1'])],
  ['id', 'members.remove', () => members.remove(-1n)],
  ['id', 'members.promote', () => members.promote(any('1'))],
  ['options.endpoint', 'maintenance.status', () => maintenance.status({ endpoint: any(7) })],
  ['options.endpoint', 'maintenance.snapshot', () => maintenance.snapshot({ endpoint: 'a:x' })],
  ['options.revision', 'maintenance.hashKV', () => maintenance.hashKV({ revision: -1 })],
  ['to', 'maintenance.moveLeader', () => maintenance.moveLeader(any(1))],
  ['alarm', 'alarms.arm', () => alarms.arm(any('no-space'))],
  ['alarm.alarm', 'alarms.arm', () => alarms.arm({ memberId: 1n, alarm: any('fire') })],
  ['alarm.memberId', 'alarms.disarm', () => alarms.disarm({ memberId: any(1), alarm: 'corrupt' })],
  ['version', 'downgrade.validate', () => downgrade.validate(any(3.5))],
  ['name', 'users.add', () => users.add(any(null), 'x')],
  ['name', 'users.get', () => users.get(any(7))],
  ['password', 'users.changePassword', () => users.changePassword('a', any(null))],
  ['role', 'users.grantRole', () => users.grantRole('a', any(7))],
  ['name', 'roles.add', () => roles.add(any({}))],
  ['access', 'roles.grantPermission', () => roles.grantPermission('a', any('all'), 'k')],
  ['BAD_VALUE', 'roles.revokePermission', () => roles.revokePermission('a', any(7))],
  ['condition', 'transaction when', () => etcd.transaction().when('a', any(7)).commit()],
  [
    'condition.version',
    'transaction when',
    () =>
      etcd
        .transaction()
        .when('a', { version: any('1') })
        .commit(),
  ],
  [
    'condition.older',
    'transaction when',
    () =>
      etcd
        .transaction()
        .when('a', any({ older: 1 }))
        .commit(),
  ],
  ['steps', 'transaction do', () => etcd.transaction().do(any(7)).commit()],
  ['steps', 'transaction otherwise', () => etcd.transaction().otherwise(any(null)).commit()],
  [
    'key',
    'transaction get',
    () =>
      etcd
        .transaction()
        .do((t) => t.get(''))
        .commit(),
  ],
  [
    'BAD_VALUE',
    'transaction put',
    () =>
      etcd
        .transaction()
        .do((t) => t.put('a', any('x')))
        .commit(),
  ],
  ['key', 'announce', () => front.announce(etcd, '', data)],
  ['options.ttl', 'announce', () => front.announce(etcd, 'k', data, { ttl: 0 })],
  ['name', 'lock', () => front.lock(etcd, '')],
  ['name', 'elect', () => front.elect(etcd, any(7))],
  ['leases', 'semaphore', () => front.semaphore(etcd, 's', 0)],
  ['count', 'doubleBarrier', () => front.doubleBarrier(etcd, 'b', 0)],
  ['options.ttl', 'lock', () => front.lock(etcd, 'l', { ttl: 0 })],
  ['options.ttl', 'session', () => front.session(etcd, { ttl: -1 })],
  ['amount', 'counter.add', () => front.counter(etcd, 'c').add(0.5)],
  ['name', 'enqueue', () => front.enqueue(etcd, '', data)],
  ['name', 'joinParty', () => front.joinParty(etcd, '')],
  ['service', 'watchInstances', () => front.watchInstances(etcd, 's', 'a/b')],
  ['body', 'stm', () => front.stm(etcd, any(7))],
];

describe('a bad argument', () => {
  it.each(ARGUMENTS)('is named: %s of %s', async (argument, _, act) => {
    dialled = 0;
    expect(await fault(act)).toBe(argument);
    expect(dialled).toBe(0);
  });
});
