import { type Observable, catchError, mergeMap, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { type CoordinationError, UsageError, isCoordinationError } from '../../../core/errors.js';
import type { EtcdV2Result } from '../protocol/answer.js';
import type { EtcdV2 } from './etcdV2.js';
import { seconds } from './fields.js';

/** Writes a key's own value again, with another time to live. */
export function updateTtl(
  etcd: Pick<EtcdV2, 'read' | 'compareAndSwap'>,
  key: string,
  ttl: number | undefined,
  options?: CallOptions
): Observable<EtcdV2Result> {
  const checked = ttl === undefined ? undefined : seconds('ttl', ttl);
  return rewriteValue(
    etcd.read(key, { quorum: true, ...options }),
    (value, prevIndex) => etcd.compareAndSwap(key, value, { prevIndex }, { ttl: checked, ...options }),
    () => new UsageError('key', 'must be a file: a directory keeps its time to live')
  );
}

/**
 * Writes a key's own value again; and again, when the value changes meanwhile.
 *
 * @param read$ reads the key
 * @param swap writes the value, if the key still has this index
 * @param noFile the error for a directory
 */
export function rewriteValue(
  read$: Observable<EtcdV2Result>,
  swap: (value: string, prevIndex: number) => Observable<EtcdV2Result>,
  noFile: () => CoordinationError
): Observable<EtcdV2Result> {
  return read$.pipe(
    mergeMap(({ node }) => (node?.value === undefined ? throwError(noFile) : swap(node.value, node.modifiedIndex))),
    catchError((error: unknown, again$) =>
      isCoordinationError(error, 'TEST_FAILED') ? again$ : throwError(() => error)
    )
  );
}
