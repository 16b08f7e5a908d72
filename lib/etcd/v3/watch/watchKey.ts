import { type Observable, filter, map, scan } from 'rxjs';
import type { Codec } from '../../../core/codecs.js';
import type { CoordinationError } from '../../../core/errors.js';
import { type Watched, decodedOrError, freshness } from '../../../core/watched.js';
import type { KeyValue as RawKeyValue } from '../protocol/kv.js';
import type { FollowStep } from './follow.js';

/** Where a value comes from. */
export interface KeyFacts {
  /** How often it was written since the key was created. */
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly lease: bigint;
}

/**
 * A key as a watch shows it, told apart by `kind`: `'present'` with `value` and `facts`, `'absent'`, `'denied'` where
 * this user may not read it, or `'unreadable'` with the `error` of the codec. While `stale` is true, it is the last
 * state that was known, and `cause` says why.
 */
export type WatchedKey<V = Uint8Array> = Watched<V, { readonly facts: KeyFacts }> & {
  /** The revision of the store at which it was like this. */
  readonly revision: number;
};

/** The last state of a key that is known. */
interface KeyState {
  readonly kind: 'present' | 'absent' | 'denied' | 'unknown';
  readonly kv: RawKeyValue | undefined;
  readonly revision: number;
  readonly cause: CoordinationError | undefined;
}

const UNKNOWN: KeyState = { kind: 'unknown', kv: undefined, revision: 0, cause: undefined };

/** The values of one key that is followed. */
export function watchKey<V>(
  step$: Observable<FollowStep>,
  codec: Pick<Codec<V>, 'decode'>,
  path: string
): Observable<WatchedKey<V>> {
  return step$.pipe(
    scan(after, UNKNOWN),
    filter(({ kind }) => kind !== 'unknown'),
    map((state) => shownAs(state, codec, path))
  );
}

function after(state: KeyState, step: FollowStep): KeyState {
  switch (step.kind) {
    case 'snapshot':
      return known(step.kvs[0], step.revision);
    case 'changes': {
      const { type, kv } = step.events.at(-1)!; // one transaction may delete and write a key
      return known(type === 'put' ? kv : undefined, step.revision);
    }
    case 'stale':
      return { ...state, cause: step.cause };
    case 'denied':
      return { kind: 'denied', kv: undefined, revision: state.revision, cause: undefined };
  }
}

function known(kv: RawKeyValue | undefined, revision: number): KeyState {
  return { kind: kv === undefined ? 'absent' : 'present', kv, revision, cause: undefined };
}

function shownAs<V>(
  { kind, kv, revision, cause }: KeyState,
  codec: Pick<Codec<V>, 'decode'>,
  path: string
): WatchedKey<V> {
  if (kv === undefined) return { kind: kind === 'denied' ? kind : 'absent', revision, ...freshness(cause) };
  const { value, version, createRevision, modRevision, lease } = kv;
  const facts = { version, createRevision, modRevision, lease };
  return { ...decodedOrError(codec, value, 'watch', path), facts, revision, ...freshness(cause) };
}
