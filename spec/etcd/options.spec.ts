import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER } from 'rxjs';
import * as door from '../../lib/etcd/index.js';
import * as v2Door from '../../lib/etcd/v2/index.js';
import { endOf, refusesWrongOptions } from '../helpers/refusesWrongOptions.js';
import { etcdStage } from '../helpers/etcdStage.js';

type Given = never;
const { etcd } = etcdStage().client();
const v2 = v2Door.v2OverV3(etcd);
const data = new Uint8Array(1);
const held$ = door.lock(etcd, 'l');
const change = () => etcd.transaction().when('k', { exists: true });

/** Everything public of version 3 that takes options, by its name. */
const TAKERS: Readonly<Record<string, (options: Given) => unknown>> = {
  connect: (options) => door.connect('a', options),
  'connect user': (options) => door.connect('a', { transport: () => NEVER, user: options }),
  'connect backoff': (options) => door.connect('a', { transport: () => NEVER, backoff: options }),
  open: (options) => door.open('a', options),
  logTo: (options) => door.logTo(console, options),
  discoverEndpoints: (options) => door.discoverEndpoints('a', options),
  acquire: (options) => door.acquire(NEVER, options),
  whileHeld: (options) => held$.pipe(door.whileHeld(() => EMPTY, options)),
  whileLeader: (options) => door.elect(etcd, 'e').pipe(door.whileLeader(() => EMPTY, options)),
  announce: (options) => door.announce(etcd, 'k', data, options),
  consume: (options) => door.consume(etcd, 'q', () => EMPTY, options),
  doubleBarrier: (options) => door.doubleBarrier(etcd, 'b', 2, options),
  elect: (options) => door.elect(etcd, 'e', options),
  enqueue: (options) => door.enqueue(etcd, 'q', data, options),
  joinParty: (options) => door.joinParty(etcd, 'p', options),
  lock: (options) => door.lock(etcd, 'l', options),
  pick: (options) => NEVER.pipe(door.pick(options)),
  'readWriteLock.read$': (options) => door.readWriteLock(etcd, 'l', options).read$,
  'readWriteLock.write$': (options) => door.readWriteLock(etcd, 'l', options).write$,
  register: (options) => door.register(etcd, 's', { name: 'a' }, options),
  'register registration': (options) => door.register(etcd, 's', options),
  semaphore: (options) => door.semaphore(etcd, 's', 2, options),
  session: (options) => door.session(etcd, options),
  simpleQueue: (options) => door.simpleQueue(etcd, 'q', options).take(),
  stm: (options) => door.stm(etcd, () => EMPTY, options),
  update: (options) => door.update(etcd, 'k', () => data, options),
  watchInstances: (options) => door.watchInstances(etcd, 's', 'a', options),
};
/** What takes none. */
const OTHERS = ['LeaseError', 'barrier', 'cells', 'counter', 'proclaim'];
OTHERS.push('watchLeader', 'watchParty', 'watchPresence', 'watchServices');

/** The methods of a client, and of its parts. */
const METHODS: Readonly<Record<string, (options: Given) => unknown>> = {
  with: (options) => etcd.with(options),
  get: (options) => etcd.get('k', options),
  range: (options) => etcd.range({ prefix: 'k' }, options),
  'range range': (options) => etcd.range(options),
  pages: (options) => etcd.pages({ prefix: 'k' }, options),
  keys: (options) => etcd.keys({ prefix: 'k' }, options),
  count: (options) => etcd.count({ prefix: 'k' }, options),
  put: (options) => etcd.put('k', data, options),
  delete: (options) => etcd.delete('k', options),
  deleteRange: (options) => etcd.deleteRange({ prefix: 'k' }, options),
  'deleteRange range': (options) => etcd.deleteRange(options),
  transaction: (options) => etcd.transaction().commit(options),
  'transaction condition': (options) => etcd.transaction().when('k', options).commit(),
  'transaction get': (options) =>
    change()
      .do((t) => t.get('k', options))
      .commit(),
  'transaction range': (options) =>
    change()
      .do((t) => t.range({ prefix: 'k' }, options))
      .commit(),
  'transaction put': (options) =>
    change()
      .do((t) => t.put('k', data, options))
      .commit(),
  'transaction delete': (options) =>
    change()
      .do((t) => t.delete('k', options))
      .commit(),
  'transaction deleteRange': (options) =>
    change()
      .otherwise((t) => t.deleteRange({ prefix: 'k' }, options))
      .commit(),
  compact: (options) => etcd.compact(1, options),
  events: (options) => etcd.events({ prefix: 'k' }, options),
  'watchRange range': (options) => etcd.watchRange(options),
  'leases.grant': (options) => etcd.leases.grant(10_000, options),
  'leases.keepAlive': (options) => etcd.leases.keepAlive(1n, options),
  'leases.revoke': (options) => etcd.leases.revoke(1n, options),
  'leases.timeToLive': (options) => etcd.leases.timeToLive(1n, options),
  'leases.list': (options) => etcd.leases.list(options),
  'members.list': (options) => etcd.members.list(options),
  'members.add': (options) => etcd.members.add(['http://a:2380'], options),
  'members.update': (options) => etcd.members.update(1n, ['http://a:2380'], options),
  'members.remove': (options) => etcd.members.remove(1n, options),
  'members.promote': (options) => etcd.members.promote(1n, options),
  'maintenance.status': (options) => etcd.maintenance.status(options),
  'maintenance.defragment': (options) => etcd.maintenance.defragment(options),
  'maintenance.hash': (options) => etcd.maintenance.hash(options),
  'maintenance.hashKV': (options) => etcd.maintenance.hashKV(options),
  'maintenance.moveLeader': (options) => etcd.maintenance.moveLeader(1n, options),
  'maintenance.snapshot': (options) => etcd.maintenance.snapshot(options),
  'auth.enable': (options) => etcd.auth.enable(options),
  'auth.disable': (options) => etcd.auth.disable(options),
  'auth.status': (options) => etcd.auth.status(options),
  'auth.users.add': (options) => etcd.auth.users.add('u', 'p', options),
  'auth.users.list': (options) => etcd.auth.users.list(options),
  'auth.roles.add': (options) => etcd.auth.roles.add('r', options),
  'auth.roles.get': (options) => etcd.auth.roles.get('r', options),
  'auth.roles.grantPermission': (options) => etcd.auth.roles.grantPermission('r', 'read', 'k', options),
};
const OTHER_METHODS = ['watch', 'watchPrefix', 'watchRange', 'close', 'stats', 'use'];

/** Version 2. */
const V2: Readonly<Record<string, (options: Given) => unknown>> = {
  connectV2: (options) => v2Door.connectV2('a', options),
  openV2: (options) => v2Door.openV2('a', options),
  'v2 with': (options) => v2.with(options),
  'v2 get': (options) => v2.get('k', options),
  'v2 read': (options) => v2.read('k', options),
  'v2 exists': (options) => v2.exists('k', options),
  'v2 wait': (options) => v2.wait('k', options),
  'v2 set': (options) => v2.set('k', 'v', options),
  'v2 create': (options) => v2.create('k', 'v', options),
  'v2 update': (options) => v2.update('k', 'v', options),
  'v2 compareAndSwap': (options) => v2.compareAndSwap('k', 'v', options),
  'v2 compareAndDelete': (options) => v2.compareAndDelete('k', options),
  'v2 createInOrder': (options) => v2.createInOrder('d', 'v', options),
  'v2 refresh': (options) => v2.refresh('k', 1, options),
  'v2 delete': (options) => v2.delete('k', options),
  'v2 mkdir': (options) => v2.mkdir('d', options),
  'v2 rmdir': (options) => v2.rmdir('d', options),
  'v2 events': (options) => v2.events('k', options),
  'v2 version': (options) => v2.version(options),
  'v2 health': (options) => v2.health(options),
};

refusesWrongOptions({ ...TAKERS, ...METHODS, ...V2 });

it('nothing public is missing here', () => {
  const names = Object.entries(door)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  const known = new Set([...Object.keys(TAKERS).map((name) => name.split(/[ .]/)[0]!), ...OTHERS]);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  const methods = Object.entries(etcd)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  const tried = new Set([...Object.keys(METHODS).map((name) => name.split(/[ .]/)[0]!), ...OTHER_METHODS]);
  expect(methods.filter((name) => !tried.has(name))).toEqual([]);
});

describe('a call of etcd refuses', () => {
  it.each<[string, () => unknown]>([
    ['an empty key', () => etcd.get('')],
    ['a range with a prefix and a beginning', () => etcd.range({ prefix: 'a', from: 'b' } as never)],
    ['a limit below 1', () => etcd.range({ prefix: '' }, { limit: 0 })],
    ['a sort by nothing', () => etcd.range({ prefix: '' }, { sort: { by: 'colour' as never } })],
    ['a revision that is no number', () => etcd.get('k', { revision: 'new' as never })],
    ['a size of pages below 1', () => etcd.pages({ prefix: '' }, { size: 0 })],
    ['a lease that is a number', () => etcd.put('k', data, { lease: 7 as never })],
    ['a condition without a comparison', () => etcd.transaction().when('k', {}).commit()],
    [
      'a comparison of another type',
      () =>
        etcd
          .transaction()
          .when('k', { version: 'one' as never })
          .commit(),
    ],
    ['a compaction to a negative revision', () => etcd.compact(-1)],
    ['a time to live of nothing', () => etcd.leases.hold(0)],
    ['a time to live that is no number', () => etcd.leases.grant('long' as never)],
    ['an id of a lease that is a number', () => etcd.leases.revoke(7 as never)],
    ['an id of a member that is a number', () => etcd.members.remove(7 as never)],
    ['a member without a URL', () => etcd.members.add([])],
    ['an access of no kind', () => etcd.auth.roles.grantPermission('r', 'all' as never, 'k')],
    ['an alarm of no kind', () => etcd.maintenance.alarms.disarm({ memberId: 1n, alarm: 'fire' as never })],
    ['events from a revision that is no number', () => etcd.events('k', { from: 'now' as never })],
    ['a watch of no key', () => etcd.watch('')],
    ['a lock without a name', () => door.lock(etcd, '')],
    ['a semaphore for nobody', () => door.semaphore(etcd, 's', 0)],
    ['a counter that is raised by text', () => door.counter(etcd, 'c').add('1' as never)],
    ['a barrier for nobody', () => door.doubleBarrier(etcd, 'b', 0)],
    ['an item that is no bytes', () => door.enqueue(etcd, 'q', 'text' as never)],
    ['work that is no function', () => door.consume(etcd, 'q', 7 as never)],
    ['a body of a transaction that is no function', () => door.stm(etcd, 7 as never)],
    ['a cell with an empty key', () => door.cells(etcd, 'c/').get('')],
    ['an address that is none', () => door.connect('a:b:c')],
    ['a heartbeat that servers punish', () => door.connect('a', { heartbeat: 100 })],
  ])('%s', async (_, call) => expect(await endOf(call)).toBe('refused'));

  it('a key and a value that their codecs do not know', async () => {
    expect(await endOf(() => etcd.get(7 as never))).toMatchObject({ code: 'BAD_VALUE' });
    expect(await endOf(() => etcd.put('k', 'text' as never))).toMatchObject({ code: 'BAD_VALUE', path: 'k' });
  });
});
