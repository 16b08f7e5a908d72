import { EMPTY, NEVER, type Observable, ignoreElements, merge, of, retry } from 'rxjs';
import * as q from '../../lib/index.js';
import { live } from '../../lib/store/index.js';

type Client = q.ZooKeeper;
export interface Recipe {
  readonly make: (zk: Client) => Observable<unknown>;
  /** How it ends when its client is closed. */
  readonly ends: 'completes' | 'CLOSED';
  /** How it ends when it has emitted nothing: by default the same. */
  readonly unheard?: 'completes' | 'CLOSED';
  /** How it ends when it waits for others: by default as when it has emitted nothing. */
  readonly waiting?: 'completes' | 'CLOSED';
  /** Whether it needs a turn to end: where it tries again. */
  readonly later?: boolean;
  /** What somebody else does, so that it waits. */
  readonly rival?: (zk: Client) => Observable<unknown>;
}

/** Work that goes on. */
export const working = () => merge(of('works'), NEVER);
const data = Buffer.from('1');

/** Every recipe that goes on until it is left. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  lock: { make: (zk) => q.lock(zk, '/l'), ends: 'completes', unheard: 'CLOSED', rival: (zk) => q.lock(zk, '/l') },
  'lock and whileHeld': {
    make: (zk) => q.lock(zk, '/l').pipe(q.whileHeld(working)),
    ends: 'completes',
    rival: (zk) => q.lock(zk, '/l'),
  },
  'lock and work that begins again': {
    make: (zk) => q.lock(zk, '/l').pipe(q.whileHeld(working, { again: true })),
    ends: 'completes',
    rival: (zk) => q.lock(zk, '/l'),
  },
  'elect and work that begins again': {
    make: (zk) => q.elect(zk, '/e').pipe(q.whileLeader(working, { again: true })),
    ends: 'completes',
    rival: (zk) => q.elect(zk, '/e'),
  },
  'lock with a timeout, and retry': {
    make: (zk) => q.lock(zk, '/l', { timeout: 60_000 }).pipe(retry()),
    ends: 'completes',
    later: true,
    rival: (zk) => q.lock(zk, '/l'),
  },
  'reading lock': {
    make: (zk) => q.readWriteLock(zk, '/rw').read$,
    ends: 'completes',
    unheard: 'CLOSED',
    rival: (zk) => q.readWriteLock(zk, '/rw').write$,
  },
  'writing lock': {
    make: (zk) => q.readWriteLock(zk, '/rw').write$,
    ends: 'completes',
    unheard: 'CLOSED',
    rival: (zk) => q.readWriteLock(zk, '/rw').read$,
  },
  semaphore: {
    make: (zk) => q.semaphore(zk, '/s', 1).pipe(q.whileHeld(working)),
    ends: 'completes',
    rival: (zk) => q.semaphore(zk, '/s', 1),
  },
  multiLock: {
    make: (zk) => q.multiLock(zk, ['/a', '/b']).pipe(q.whileHeld(working)),
    ends: 'completes',
    rival: (zk) => q.lock(zk, '/b'),
  },
  'a multiLock itself': {
    make: (zk) => q.multiLock(zk, ['/a', '/b']),
    ends: 'completes',
    unheard: 'CLOSED',
    rival: (zk) => q.lock(zk, '/b'),
  },
  'a semaphore itself': {
    make: (zk) => q.semaphore(zk, '/s', 1),
    ends: 'completes',
    unheard: 'CLOSED',
    rival: (zk) => q.semaphore(zk, '/s', 1),
  },
  elect: {
    make: (zk) => q.elect(zk, '/e'),
    ends: 'completes',
    unheard: 'CLOSED',
    waiting: 'completes',
    rival: (zk) => q.elect(zk, '/e'),
  },
  'elect and whileLeader': {
    make: (zk) => q.elect(zk, '/e').pipe(q.whileLeader(working)),
    ends: 'completes',
    rival: (zk) => q.elect(zk, '/e'),
  },
  present: {
    make: (zk) => q.persistentNode(zk, '/here', { data: merge(of(data), NEVER) }),
    ends: 'completes',
    rival: (zk) => q.persistentNode(zk, '/here'),
  },
  joinParty: { make: (zk) => q.joinParty(zk, '/party'), ends: 'completes' },
  register: { make: (zk) => q.register(zk, '/services', { name: 'web' }), ends: 'completes' },
  partition: {
    make: (zk) => q.setPartitioner(zk, '/parts', ['1', '2'], { settle: 5 }),
    ends: 'completes',
    rival: (zk) => q.setPartitioner(zk, '/parts', ['1', '2'], { settle: 5 }),
  },
  consume: { make: (zk) => q.consume(zk, '/q', () => EMPTY), ends: 'completes' },
  'consume, over its work': {
    make: (zk) => merge(q.enqueue(zk, '/q', data).pipe(ignoreElements()), q.consume(zk, '/q', working)),
    ends: 'completes',
    unheard: 'CLOSED',
  },
  'consume, with what is not due yet': {
    make: (zk) =>
      merge(
        q.enqueue(zk, '/q', data, { delay: 1e6 }).pipe(ignoreElements()),
        q.consume(zk, '/q', () => EMPTY)
      ),
    ends: 'completes',
    unheard: 'CLOSED',
  },
  'a gathering': { make: (zk) => q.doubleBarrier(zk, '/db', 1), ends: 'completes', unheard: 'CLOSED' },
  'a gathering that is waited for': { make: (zk) => q.doubleBarrier(zk, '/db', 9), ends: 'CLOSED' },
  'a barrier': {
    make: (zk) => merge(q.barrier(zk, '/up').raise().pipe(ignoreElements()), q.barrier(zk, '/up').passed$),
    ends: 'CLOSED',
  },
  'an item of a simple queue': { make: (zk) => q.simpleQueue(zk, '/sq').take(), ends: 'CLOSED' },
  timeLease: {
    make: (zk) => q.timeLease(zk, '/tl', { holder: 'me', duration: 60_000 }),
    ends: 'CLOSED',
    rival: (zk) => q.lock(zk, '/tl', { layout: 'kazoo' }),
  },
  watch: { make: (zk) => zk.watch('/'), ends: 'completes', unheard: 'CLOSED' },
  watchChildren: { make: (zk) => zk.watchChildren('/'), ends: 'completes', unheard: 'CLOSED' },
  watchConfig: { make: (zk) => zk.watchConfig(), ends: 'completes', unheard: 'CLOSED' },
  watchTree: { make: (zk) => zk.watchTree('/'), ends: 'completes' },
  events: { make: (zk) => zk.events('/'), ends: 'completes' },
  consistent: { make: (zk) => q.watchSnapshot(zk, ['/']), ends: 'completes', unheard: 'CLOSED' },
  watchParty: { make: (zk) => q.watchParty(zk, '/party'), ends: 'completes', unheard: 'CLOSED' },
  watchInstances: { make: (zk) => q.watchInstances(zk, '/services', 'web'), ends: 'completes', unheard: 'CLOSED' },
  watchServices: { make: (zk) => q.watchServices(zk, '/services'), ends: 'completes', unheard: 'CLOSED' },
  watchContenders: { make: (zk) => q.watchContenders(zk, '/l'), ends: 'completes', unheard: 'CLOSED' },
  'a counter': { make: (zk) => q.counter(zk, '/n').value$, ends: 'completes', unheard: 'CLOSED' },
  'a typed node': { make: (zk) => q.typedNode(zk, '/n', q.utf8).value$, ends: 'completes', unheard: 'CLOSED' },
  'a live value': { make: (zk) => live(zk.watch('/'), undefined, { scheduler: zk.scheduler }), ends: 'completes' },
  serverVersion: { make: (zk) => zk.serverVersion(), ends: 'completes', unheard: 'CLOSED' },
};
