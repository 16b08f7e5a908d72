import { type OperatorFunction, defer, map, scan } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import { freshness } from '../../core/watched.js';
import type { SeenBranches } from './dashStore.js';
import { type KeyBranch, noKeys, treeOfKeys } from './keyBranch.js';

/** All keys of a store at one time. */
export interface SeenKeys<E> {
  readonly entries: ReadonlyMap<string, E>;
  /** Why they may be outdated. */
  readonly cause: CoordinationError | undefined;
}

/** Makes a tree of keys, again and again. Branches without a change stay the same objects. */
export function asBranches<E>(
  isSame: (a: E, b: E) => boolean
): OperatorFunction<SeenKeys<E>, SeenBranches<KeyBranch<E>>> {
  const none: SeenKeys<E> & { readonly root: KeyBranch<E> } = { entries: new Map(), cause: undefined, root: noKeys() };
  return (keys$) =>
    defer(() =>
      keys$.pipe(
        scan(
          (before, keys) => ({ ...keys, root: treeOfKeys(before.root, before.entries, keys.entries, isSame) }),
          none
        ),
        map(({ entries, root, cause }) => ({ root, size: entries.size, ...freshness(cause) }))
      )
    );
}
