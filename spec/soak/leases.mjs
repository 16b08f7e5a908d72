// What workers do with leases: hold them, say so, and write what only a holder may.
import {
  EMPTY,
  Subject,
  catchError,
  concat,
  concatMap,
  defer,
  first,
  ignoreElements,
  merge,
  mergeAll,
  of,
  repeat,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { elect, isCoordinationError, lock, readWriteLock, semaphore, whileHeld, whileLeader } from './built.mjs';
import { shared, toShared } from './clock.mjs';
import { RECORDS, RESOURCES, bytes, pathOf } from './places.mjs';

const ENOUGH = Symbol('gives it back');
/**
 * How often somebody writes who does not heed that the lease has ended: the late, whom a token and a transaction are
 * for.
 */
const STUBBORN = 0.1;
/**
 * What may end everything: at times a real server under these faults sends a reply out of its order. That costs the
 * connection and is said; nothing may come of it but that.
 */
export const BROKEN = 'PROTOCOL';
/** How else a lock or a place in line may end: nothing else is promised. An election has no such end. */
const ENDS = ['LEASE_LOST', 'NOT_ACQUIRED'];

/** Contends for everything, for as long as it is subscribed to. What is held at `leaving$` is given back. */
export function contending({ zk, client, tell, random, leaving$ }) {
  const between = (low, high) => low + random() * (high - low);
  const oneOf = (...list) => list[Math.floor(random() * list.length)];
  const stubborn$ = new Subject();

  /** Claims, and writes, until it has had enough of it. */
  const holding = (resource, alone, longest) => (lease) => {
    const holder = { resource, alone, client, token: String(lease.token) };
    const claim = () => {
      const at = shared();
      const { valid, validUntil } = lease;
      const seen = shared();
      if (valid) tell({ kind: 'claim', ...holder, at, seen, until: toShared(validUntil, zk) });
      return valid;
    };
    const work$ = defer(() => {
      if (!claim()) return EMPTY;
      if (random() < STUBBORN) stubborn$.next(written(lease, holder, between(0, 6000)));
      return written(lease, holder, between(20, 150));
    });
    const working$ = work$.pipe(
      repeat({ delay: () => timer(between(10, 200)) }),
      takeUntil(merge(timer(between(100, longest)), leaving$)),
      ignoreElements()
    );
    const enough$ = defer(() => {
      if (claim()) tell({ kind: 'given back', ...holder });
      return of(ENOUGH);
    });
    return concat(working$, enough$); // no claim comes after it has been given back
  };

  /** Writes after a while, without looking again whether it still may. */
  const written = (lease, holder, after) =>
    timer(after).pipe(
      concatMap(() => {
        tell({ kind: 'write', ...holder });
        return guarded(lease, holder);
      })
    );

  /** A write that the servers refuse to whom the lease is no longer. */
  const guarded = (lease, holder) =>
    lease
      .transaction()
      .create(`${RECORDS}/${holder.resource}/r-`, bytes(JSON.stringify(holder)), { mode: 'persistentSequential' })
      .commit()
      .pipe(
        tap(([{ path }]) => tell({ kind: 'guarded', ...holder, outcome: 'committed', path })),
        catchError((error) => {
          tell({
            kind: 'guarded',
            ...holder,
            outcome: error.effect === 'unknown' ? 'unknown' : 'refused',
            code: error.code,
          });
          if (error.code === 'LEASE_LOST' && lease.valid)
            tell({ kind: 'violation', text: `${client}: a lease of ${lease.path} is valid, and its node is gone` });
          return EMPTY;
        })
      );

  const again = (resource, held$, ends) =>
    defer(held$).pipe(
      first((value) => value === ENOUGH, undefined),
      catchError((error) => {
        if (!isCoordinationError(error) || ![BROKEN, ...ends].includes(error.code))
          tell({ kind: 'violation', text: `${client}: ${resource} ended with ${error.code} ${error.stack}` });
        tell({ kind: 'ended', what: 'a lease', code: error.code });
        return EMPTY;
      }),
      repeat({ delay: () => timer(between(0, 400)) })
    );
  const patience = () => oneOf({}, {}, { timeout: 2000 });
  const side = (of) =>
    oneOf('read', 'read', 'write') === 'write'
      ? of.write$.pipe(whileHeld(holding('catalogue', true, 600)))
      : of.read$.pipe(whileHeld(holding('catalogue', false, 1500)));

  return merge(
    stubborn$.pipe(mergeAll()),
    again(
      'election',
      () =>
        elect(zk, pathOf('election')).pipe(
          whileLeader(holding('election', true, 2000), { onSuspend: oneOf('stop', 'keep', 'pause') })
        ),
      []
    ),
    again('lock', () => lock(zk, pathOf('lock'), patience()).pipe(whileHeld(holding('lock', true, 800))), ENDS),
    again('catalogue', () => side(readWriteLock(zk, pathOf('catalogue'), patience())), ENDS),
    again(
      'semaphore',
      () =>
        semaphore(zk, pathOf('semaphore'), RESOURCES.semaphore, patience()).pipe(
          whileHeld(holding('semaphore', false, 1500))
        ),
      ENDS
    )
  );
}
