import { expect, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable } from 'rxjs';
import * as front from '../lib/index.js';
import * as operators from '../lib/operators/index.js';
import * as store from '../lib/store/index.js';
import * as testing from '../lib/testing/index.js';
import { refusesWrongOptions } from './helpers/refusesWrongOptions.js';
import { VirtualWorld } from './helpers/virtualWorld.js';

type Given = never;
const { zk } = new VirtualWorld().client();
const app = zk.chroot('/app');
const quiet = { transport: () => NEVER };
const json = front.json();
const lease$ = front.lock(zk, '/l');

/** Everything public that takes options, by its name. */
const TAKERS: Readonly<Record<string, (options: Given) => unknown>> = {
  connect: (options) => front.connect('a', options),
  open: (options) => front.open('a', options),
  acquire: (options) => front.acquire(NEVER, options),
  logTo: (options) => front.logTo(console, options),
  digestMd5: (options) => front.digestMd5(options),
  gssapi: (options) => front.gssapi({ initializeClient: () => Promise.reject(new Error()) }, options),
  consume: (options) => front.consume(zk, '/q', () => EMPTY, options),
  copyTree: (options) => front.copyTree(zk, '/a', '/b', options),
  doubleBarrier: (options) => front.doubleBarrier(zk, '/b', 2, options),
  elect: (options) => front.elect(zk, '/e', options),
  enqueue: (options) => front.enqueue(zk, '/q', null, options),
  joinParty: (options) => front.joinParty(zk, '/p', options),
  lock: (options) => front.lock(zk, '/l', options),
  multiLock: (options) => front.multiLock(zk, ['/a', '/b'], options),
  setPartitioner: (options) => front.setPartitioner(zk, '/p', ['a'], options),
  pick: (options) => (NEVER as Observable<front.Instances>).pipe(front.pick(options)),
  persistentNode: (options) => front.persistentNode(zk, '/p', options),
  'readWriteLock.read$': (options) => front.readWriteLock(zk, '/l', options).read$,
  register: (options) => front.register(zk, '/s', { name: 'a' }, options),
  'register registration': (options) => front.register(zk, '/s', options),
  semaphore: (options) => front.semaphore(zk, '/s', 2, options),
  'simpleQueue.put': (options) => front.simpleQueue(zk, '/q').put(null, options),
  'simpleQueue.take': (options) => front.simpleQueue(zk, '/q').take(options),
  timeLease: (options) => front.timeLease(zk, '/t', options),
  update: (options) => front.update(zk, '/u', () => null, options),
  watchInstances: (options) => front.watchInstances(zk, '/s', 'a', options),
  whileHeld: (options) => lease$.pipe(front.whileHeld(() => EMPTY, options)),
  whileLeader: (options) => front.elect(zk, '/e').pipe(front.whileLeader(() => EMPTY, options)),
  'typedNode.get': (options) => front.typedNode(zk, '/n', json).get(options),
  'typedNode.set': (options) => front.typedNode(zk, '/n', json).set(1, options),
  'typedNode.update': (options) => front.typedNode(zk, '/n', json).update(() => 1, options),
  'typedNode.create': (options) => front.typedNode(zk, '/n', json).create(1, options),
  'typedNode.delete': (options) => front.typedNode(zk, '/n', json).delete(options),
  conflateMap: (options) => NEVER.pipe(operators.conflateMap(() => EMPTY, options)),
  multiplex: (options) => NEVER.pipe(operators.multiplex(options)),
  retryIf: (options) => NEVER.pipe(operators.retryIf(options)),
  toAsyncIterable: (options) => operators.toAsyncIterable(NEVER, options)[Symbol.asyncIterator](),
  live: (options) => store.live(NEVER, 1, options),
  startZooKeeper: (options) => testing.startZooKeeper(options),
  zooKeeperInMemory: (options) => testing.zooKeeperInMemory(options),
  'zooKeeperInMemory.transport': (options) => testing.zooKeeperInMemory().transport(options),
  startArakoon: (options) => testing.startArakoon(options),
  arakoonInMemory: (options) => testing.arakoonInMemory(options),
  'arakoonInMemory.transport': (options) => testing.arakoonInMemory().transport(options),
  startEtcd: (options) => testing.startEtcd(options),
  etcdInMemory: (options) => testing.etcdInMemory(options),
  'etcdInMemory.transport': (options) => testing.etcdInMemory().transport(options),
  faultProxy: (options) => testing.faultProxy(options),
  randomFaults: (options) => testing.randomFaults(options),
  simulate: (options) => testing.simulate([{ name: 'nobody', start: () => undefined }], [], options),
};
/** What takes none; the sub-objects of others are above. */
const OTHERS = [
  ...[
    'digestAcl',
    'SessionTicket',
    'CoordinationError',
    'UsageError',
    'ConnectError',
    'ConnectionLostError',
    'ProtocolError',
    'SessionError',
    'ServerError',
    'ValueError',
    'UnwatchedError',
    'CellError',
    'cells',
    'markStale',
    'LeaseError',
    'Lease',
    'Transaction',
    'isCoordinationError',
  ],
  ...[
    'barrier',
    'watchSnapshot',
    'counter',
    'joinPath',
    'json',
    'nameOf',
    'parentOf',
    'revoke',
    'sequenceOf',
    'tcp',
    'watchContenders',
    'watchParty',
    'watchServices',
  ],
  ...['tls'], // Node's own
  ...['bracket', 'deframe', 'splitLines', 'gateBy', 'OverflowError', 'Live', 'deepEqual', 'toExternalStore'],
  ...['FaultProxy', 'EmbeddedZooKeeper', 'EmbeddedArakoon'],
];

const acl = [{ permissions: 31, scheme: 'world', id: 'anyone' }];
const METHODS: Readonly<Record<string, (options: Given) => unknown>> = {
  with: (options) => app.with(options),
  get: (options) => app.get('/x', options),
  exists: (options) => app.exists('/x', options),
  getChildren: (options) => app.getChildren('/x', options),
  snapshot: (options) => app.snapshot(['/x'], options),
  multiRead: (options) => app.multiRead([{ get: '/x' }], options),
  'multiRead read': (options) => app.multiRead([options]),
  getAllChildrenNumber: (options) => app.getAllChildrenNumber('/x', options),
  getEphemerals: (options) => app.getEphemerals('/x', options),
  create: (options) => app.create('/x', null, options),
  set: (options) => app.set('/x', null, options),
  ensurePath: (options) => app.ensurePath('/x', options),
  createOrSet: (options) => app.createOrSet('/x', null, options),
  delete: (options) => app.delete('/x', options),
  transaction: (options) => app.transaction().check('/x').commit(options),
  'transaction create': (options) => app.transaction().create('/x', null, options).commit(),
  'transaction set': (options) => app.transaction().set('/x', null, options).commit(),
  'transaction delete': (options) => app.transaction().delete('/x', options).commit(),
  'transaction check': (options) => app.transaction().check('/x', options).commit(),
  batch: (options) => app.batch([app.get('/x', options)]),
  sync: (options) => app.sync('/x', options),
  getAcl: (options) => app.getAcl('/x', options),
  setAcl: (options) => app.setAcl('/x', acl, options),
  'setAcl entry': (options) => app.setAcl('/x', [options]),
  whoAmI: (options) => app.whoAmI(options),
  watch: (options) => app.watch('/x', options),
  watchTree: (options) => app.watchTree('/x', options),
  events: (options) => app.events('/x', options),
  addWatch: (options) => app.addWatch('/x', 'persistent', options),
  removeWatches: (options) => app.removeWatches('/x', 'any', options),
  checkWatches: (options) => app.checkWatches('/x', 'any', options),
  getConfig: (options) => app.getConfig(options),
  reconfig: (options) => app.reconfig({ leaving: [1] }, options),
  'reconfig change': (options) => app.reconfig(options),
  'command endpoint': (options) => app.command('ruok', options),
  'connect ticket': (options) => front.connect('a', { ...quiet, ticket: options }),
  'connect auth': (options) => front.connect('a', { ...quiet, auth: [options] }),
  'connect backoff': (options) => front.connect('a', { ...quiet, backoff: options }),
};
const OTHER_METHODS = [
  'close',
  'stats',
  'use',
  'detach',
  'addAuth',
  'chroot',
  'watchChildren',
  'watchConfig',
  'serverVersion',
  'command',
];

refusesWrongOptions({ ...TAKERS, ...METHODS });

it('nothing public is missing here', () => {
  const names = [front, operators, store, testing].flatMap((door) =>
    Object.entries(door)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name)
  );
  const known = new Set([...Object.keys(TAKERS).map((name) => name.split(/[ .]/)[0]!), ...OTHERS]);
  expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
  const methods = Object.entries(Object.getOwnPropertyDescriptors(app))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name]) => name);
  const tried = new Set([...Object.keys(METHODS).map((name) => name.split(' ')[0]!), ...OTHER_METHODS]);
  expect(methods.filter((name) => !tried.has(name))).toEqual([]);
});
