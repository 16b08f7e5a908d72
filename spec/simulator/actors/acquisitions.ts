import { NEVER, Observable, concat, fromEvent, switchMap, takeUntil } from 'rxjs';
import { type Lease, type OwnedLease, acquire, lock } from '../../../lib/index.js';
import type { Actor, Stage } from '../../../lib/testing/index.js';
import { waitsFor } from './goingOn.js';
import { contendedFor, working } from './leases.js';

/** Takes a lock as `await using` does; gives up with a signal, now and then. */
export const acquirer: Actor = {
  name: 'acquirer',
  start(stage) {
    contendedFor(stage, '/acquired');
    const round = () => {
      if (stage.world.ending) return;
      const got = waitsFor(stage, 'an acquisition', '/acquired');
      const begun = (held: OwnedLease<Lease>) => {
        got();
        stage.after(stage.between(1, 4000), () => subscription.unsubscribe());
        const aborted$ = fromEvent(held.lease.signal, 'abort');
        return concat(working(stage, '/acquired', held.lease), NEVER).pipe(takeUntil(aborted$));
      };
      const subscription = stage.follow(acquired(stage).pipe(switchMap(begun)));
      if (stage.random() < 0.3) stage.after(stage.between(0, 1000), () => subscription.unsubscribe());
      subscription.add(got);
      subscription.add(() => stage.after(stage.between(0, 1000), round));
    };
    round();
  },
};

/** What `acquire` resolves with. Unsubscribing gives it back; before it is held, that aborts. */
function acquired(stage: Stage): Observable<OwnedLease<Lease>> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    let held: OwnedLease<Lease> | undefined;
    let settled = false;
    outcome(
      () => acquire(lock(stage.zk, '/acquired'), { signal: controller.signal }),
      (owned) => ((settled = true), (held = owned), subscriber.next(owned)),
      (error) => ((settled = true), subscriber.error(error))
    );
    return () => {
      if (held !== undefined) return held.release();
      controller.abort();
      if (!settled) stage.violated('an acquisition that is aborted ends', 'it waits');
    };
  });
}

/** What becomes of a promise, at the moment at which it settles: virtual time does not turn promises. */
function outcome<T>(make: () => Promise<T>, resolved: (value: T) => void, rejected: (error: unknown) => void): void {
  const { Promise: real } = globalThis;
  let settled = false;
  const once =
    <A>(act: (argument: A) => void) =>
    (argument: A) => {
      if (settled) return;
      settled = true;
      act(argument);
    };
  globalThis.Promise = class {
    constructor(executor: (resolve: (value: T) => void, reject: (error: unknown) => void) => void) {
      executor(once(resolved), once(rejected));
    }
  } as never;
  try {
    void make();
  } finally {
    globalThis.Promise = real;
  }
}
