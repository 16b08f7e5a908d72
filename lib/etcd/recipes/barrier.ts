import { EMPTY, type Observable, concatMap, defer, ignoreElements, map, of, throwIfEmpty } from 'rxjs';
import { closed } from '../../client/interruption.js';
import { type LockClient, rawView } from './lockClient.js';
import { keyGone } from './keyGone.js';
import { checkName } from './lock.js';

/** Something that holds everybody back until it is lifted. */
export interface Barrier {
  /** **Completes** when there is no barrier (any more). **Errors** with `CLOSED` when the client was closed before. */
  readonly passed$: Observable<never>;
  /** Puts it up; it stays when this client goes. No error if it is up already. */
  raise(): Observable<void>;
  /** Takes it away. No error if it was not up. */
  lift(): Observable<void>;
}

const NOTHING = new Uint8Array(0);

/**
 * A barrier: a key that, while it is there, holds back all who wait for it to go. As the `Barrier` of clientv3's
 * recipes.
 *
 * **When the connection is lost** while waiting, the wait goes on, and a barrier that was lifted meanwhile has been
 * passed, also if it is up again.
 *
 * @example
 * ```ts
 * import { barrier } from 'quorum-rx/etcd';
 *
 * barrier(etcd, 'maintenance').passed$.subscribe({ complete: () => console.log('on we go') });
 * ```
 */
export function barrier(etcd: Pick<LockClient<never>, 'with'>, name: string): Barrier {
  const raw$ = defer(() => (checkName(name), of(rawView(etcd))));
  return {
    passed$: raw$.pipe(
      concatMap((view) =>
        view
          .transaction()
          .do((t) => t.get(name))
          .commit()
          .pipe(
            concatMap(({ revision, results: [found] }) => {
              if (found === undefined) return EMPTY;
              const own = { key: name, createRevision: found.createRevision };
              return keyGone(view, own, revision + 1).pipe(throwIfEmpty(closed), ignoreElements());
            })
          )
      )
    ),
    raise: () =>
      raw$.pipe(
        concatMap((view) =>
          view
            .transaction()
            .when(name, { exists: false })
            .do((t) => t.put(name, NOTHING))
            .commit()
        ),
        map(() => undefined)
      ),
    lift: () =>
      raw$.pipe(
        concatMap((view) => view.delete(name)),
        map(() => undefined)
      ),
  };
}
