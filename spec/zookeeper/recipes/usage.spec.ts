import { expect, it } from '@jest/globals';
import { EMPTY, type Observable, from } from 'rxjs';
import {
  type ZooKeeper,
  acquire,
  watchSnapshot,
  consume,
  elect,
  enqueue,
  joinParty,
  lock,
  multiLock,
  setPartitioner,
  persistentNode,
  register,
  timeLease,
  watchInstances,
  whileHeld,
  whileLeader,
} from '../../../lib/index.js';
import { retryIf } from '../../../lib/operators/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const any = <T>(value: unknown) => value as T;

it.each<[string, string, (zk: ZooKeeper) => Observable<unknown>]>([
  ['parts', 'consistent', (zk) => watchSnapshot(zk, any<string[]>('/a'))],
  ['paths', 'multiLock', (zk) => multiLock(zk, any('/a'))],
  ['set', 'partition', (zk) => setPartitioner(zk, '/p', any(undefined))],
  ['set[0]', 'partition', (zk) => setPartitioner(zk, '/p', [any(5)])],
  ['set[1]', 'partition', (zk) => setPartitioner(zk, '/p', ['a', 'b/c'])],
  ['options.name', 'partition', (zk) => setPartitioner(zk, '/p', [], { name: '' })],
  ['name', 'watchInstances', (zk) => watchInstances(zk, '/s', 'a/b')],
  ['registration.name', 'register', (zk) => register(zk, '/s', { name: any(5) })],
  ['options.now', 'register', (zk) => register(zk, '/s', { name: 'a' }, { now: any(5) })],
  ['options.now', 'timeLease', (zk) => timeLease(zk, '/t', { holder: 'a', duration: 5000, now: any(5) })],
  ['options.now', 'enqueue', (zk) => enqueue(zk, '/q', null, { now: any(5) })],
  ['options.at', 'enqueue', (zk) => enqueue(zk, '/q', null, { at: any(null) })],
  ['options.now', 'consume', (zk) => consume(zk, '/q', () => EMPTY, { now: any(5) })],
  ['work', 'consume', (zk) => consume(zk, '/q', any(undefined))],
  ['options.date', 'present', (zk) => persistentNode(zk, '/a', any({ date: null }))],
  ['options.date', 'joinParty', (zk) => joinParty(zk, '/a', any({ date: null }))],
  ['options.untill', 'whileHeld', (zk) => lock(zk, '/l').pipe(whileHeld(() => EMPTY, any({ untill: 1 })))],
  ['options.until', 'whileHeld', (zk) => lock(zk, '/l').pipe(whileHeld(() => EMPTY, { until: any(1) }))],
  ['options.keep', 'whileHeld', (zk) => lock(zk, '/l').pipe(whileHeld(() => EMPTY, { keep: any('yes') }))],
  ['options.again', 'whileHeld', (zk) => lock(zk, '/l').pipe(whileHeld(() => EMPTY, { again: any(1) }))],
  ['options.keep', 'whileLeader', (zk) => elect(zk, '/l').pipe(whileLeader(() => EMPTY, { keep: any(0) }))],
  ['options.again', 'whileLeader', (zk) => elect(zk, '/l').pipe(whileLeader(() => EMPTY, { again: any('') }))],
  ['work', 'whileHeld', (zk) => lock(zk, '/l').pipe(whileHeld(any(5)))],
  ['work', 'whileLeader', (zk) => elect(zk, '/l').pipe(whileLeader(any(undefined)))],
  ['options.reentrant', 'lock', (zk) => lock(zk, '/l', { reentrant: any('yes') })],
  ['options.reentrant', 'multiLock', (zk) => multiLock(zk, ['/l'], { reentrant: any(1) })],
  ['parts[0].codecs', 'consistent', (zk) => watchSnapshot(zk, [any({ path: '/a', codecs: {} })])],
  ['lease$', 'acquire', () => from(acquire(any<Observable<never>>(5)))],
  ['options.scheduler', 'retryIf', (zk) => zk.get('/a').pipe(retryIf({ scheduler: any(5) }))],
  ['options.random', 'retryIf', (zk) => zk.get('/a').pipe(retryIf({ random: any(0.5) }))],
  ['options.codes', 'retryIf', (zk) => zk.get('/a').pipe(retryIf({ codes: any('EXPIRED') }))],
  ['options.idempotent', 'retryIf', (zk) => zk.get('/a').pipe(retryIf({ idempotent: any('yes') }))],
  [
    'options.onSuspended',
    'whileLeader',
    (zk) => elect(zk, '/l').pipe(whileLeader(() => EMPTY, any({ onSuspended: 'keep' }))),
  ],
])('at fault is named: %s of %s', async (argument, _, recipe) => {
  const errors: unknown[] = [];
  recipe(new VirtualWorld().client().zk).subscribe({ error: (error: unknown) => errors.push(error) });
  await Promise.resolve();
  await Promise.resolve();
  expect(errors).toEqual([expect.objectContaining({ code: 'USAGE', argument })]);
});
