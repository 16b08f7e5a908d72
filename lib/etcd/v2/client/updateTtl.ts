import { type Observable, catchError, defer, mergeMap, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { UsageError, isCoordinationError } from '../../../core/errors.js';
import type { EtcdV2Result } from '../protocol/answer.js';
import type { EtcdV2 } from './etcdV2.js';
import { seconds } from './fields.js';

/** Writes a key's own value again, with another time to live; and again, when the value changes meanwhile. */
export function updateTtl(
  etcd: Pick<EtcdV2, 'read' | 'compareAndSwap'>,
  key: string,
  ttl: number | undefined,
  options?: CallOptions
): Observable<EtcdV2Result> {
  const checked = ttl === undefined ? undefined : seconds('ttl', ttl);
  const again = (): Observable<EtcdV2Result> =>
    defer(() => etcd.read(key, { quorum: true, ...options })).pipe(
      mergeMap(({ node }) =>
        node?.value === undefined
          ? throwError(() => new UsageError('key', 'must be a file: a directory keeps its time to live'))
          : etcd.compareAndSwap(key, node.value, { prevIndex: node.modifiedIndex }, { ttl: checked, ...options })
      ),
      catchError((error: unknown) => (isCoordinationError(error, 'TEST_FAILED') ? again() : throwError(() => error)))
    );
  return again();
}
