import {
  type Observable,
  combineLatest,
  connect,
  defer,
  distinctUntilChanged,
  distinctUntilKeyChanged,
  filter,
  ignoreElements,
  isObservable,
  map,
  merge,
  of,
  scan,
  shareReplay,
  startWith,
  switchMap,
} from 'rxjs';
import { bytes, duration, knownKeys, optionsObject } from '../../core/check.js';
import type { Etcd } from '../v3/client/etcd.js';
import { type NumberedStanding, heldLeases, untilClosed } from './heldLeases.js';
import { keptWith } from './keptKey.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';

/** A session, and the keys that go with it. */
export interface SessionOptions {
  /** The time to live of the lease, in milliseconds: how long the keys outlive a crash. Default 10,000. */
  readonly ttl?: number;
  /**
   * Keys that are made with each lease, with their values. Of an Observable, always its newest value: the key is made
   * with the first, and then changed. Default: none.
   */
  readonly keys?: Readonly<Record<string, Uint8Array | Observable<Uint8Array>>>;
}

/** Where a session stands. `epoch` counts its leases, from 1. */
export type SessionStanding = { readonly id: bigint; readonly epoch: number } & (
  | {
      /** The lease lives at least until `validUntil`, on the client's clock. */
      readonly kind: 'held';
      /** Milliseconds. */
      readonly ttl: number;
      readonly validUntil: number;
      /** Those of the keys that were made with this lease. */
      readonly made: ReadonlySet<string>;
    }
  /** No member has answered for a whole time to live: it may have run out, and its keys with it. */
  | { readonly kind: 'suspect' }
  /** It has run out, or was revoked. Its keys are gone. The next lease follows, with the next epoch. */
  | { readonly kind: 'lost' }
);

const NONE: ReadonlySet<string> = new Set();

/**
 * A lease that is held as long as the subscription, with keys that go with it, as the `Session` of clientv3's
 * `concurrency`. It tells a loss, then goes on with another lease, and makes the keys again. It also makes a key again
 * that was deleted. While another client has a key, it waits for that to go.
 *
 * - **Emits** `held` with each answered keep-alive, and when a key was made; `suspect`; `lost`, then `held` with the
 *   next lease. **Completes** when the client is closed.
 * - **Errors** with the refusal of a grant or of a write, with the values of keys, or with a `UsageError`.
 * - **Unsubscribing** revokes the lease, and so deletes the keys.
 *
 * @example
 * ```ts
 * import { session } from 'quorum-rx/etcd';
 *
 * session(etcd, { keys: { 'workers/7': new TextEncoder().encode('10.0.0.7:80') } }).subscribe((now) => {
 *   if (now.kind === 'held') console.log('lease', now.id, 'has', [...now.made]);
 *   else console.log(now.kind);
 * });
 * ```
 */
export function session(
  etcd: Pick<LockClient<never>, 'with'>,
  options: SessionOptions = {}
): Observable<SessionStanding> {
  return defer(() => {
    const raw = rawView(etcd);
    const { ttl = 10_000, keys = {} } = knownKeys('options', options, ['ttl', 'keys']);
    const kept = Object.entries(optionsObject('options.keys', keys)).map(([key, value]) => {
      checkName(key, 'options.keys');
      if (!isObservable(value)) return [key, of(bytes(`options.keys.${key}`, value))] as const;
      return [key, value.pipe(shareReplay({ bufferSize: 1, refCount: true }))] as const;
    });
    const standing$ = heldLeases(raw, duration('options.ttl', ttl)).pipe(connect((it$) => withKeys(raw, it$, kept)));
    const value$ = merge(...kept.map(([, it$]) => it$)).pipe(ignoreElements()); // each is subscribed to once
    return merge(value$, standing$).pipe(untilClosed(raw));
  });
}

type Kept = readonly (readonly [key: string, value$: Observable<Uint8Array>])[];

/** Makes the keys with each lease. */
function withKeys(etcd: Etcd, standing$: Observable<NumberedStanding>, kept: Kept): Observable<SessionStanding> {
  const made$ = standing$.pipe(
    filter(({ kind }) => kind === 'held'),
    distinctUntilKeyChanged('epoch'),
    switchMap(({ id, epoch }) =>
      merge(...kept.map(([key, value$]) => keptWith(etcd, key, value$, id))).pipe(
        scan((made, { key }) => new Set(made).add(key), NONE),
        startWith(NONE),
        map((made) => ({ epoch, made }))
      )
    )
  );
  return combineLatest([standing$, made$]).pipe(
    filter(([standing, { epoch }]) => standing.epoch === epoch),
    map(([standing, { made }]) => (standing.kind === 'held' ? { ...standing, made } : standing)),
    distinctUntilChanged((a, b) => a.kind !== 'held' && a.kind === b.kind && a.epoch === b.epoch)
  );
}
