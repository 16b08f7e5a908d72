import { type Observable, map } from 'rxjs';
import { ServerError } from '../../core/errors.js';
import type { Freshness } from '../../core/watched.js';
import type { Etcd } from '../v3/client/etcd.js';
import { DENIED, type EtcdCode } from '../v3/protocol/errorCode.js';
import type { WatchedEntry } from '../v3/watch/watchRange.js';

/** The keys with a prefix, for recipes that need them: see {@link watchEntries}. */
export type WatchedEntries = Freshness & { readonly entries: ReadonlyMap<string, WatchedEntry<Uint8Array>> };

/**
 * Follows the keys with a prefix, for a recipe that needs them: **errors** with `PERMISSION_DENIED` where they may not
 * be read, for that is not an empty list.
 */
export function watchEntries(
  etcd: Pick<Etcd, 'watchPrefix'>,
  prefix: string,
  operation: string
): Observable<WatchedEntries> {
  return etcd.watchPrefix(prefix).pipe(
    map((range) => {
      if (range.kind === 'present') return range;
      throw new ServerError<EtcdCode>('PERMISSION_DENIED', DENIED, { operation, path: prefix });
    })
  );
}
