import type { MonoTypeOperatorFunction } from 'rxjs';
import { retryIf } from '../../operators/retryIf.js';
import type { Etcd } from '../v3/client/etcd.js';
import { PASSING } from '../v3/protocol/errorCode.js';

/**
 * Tries again after each error that may pass: also after refusals while the cluster elects a leader, or a member stops,
 * after which a write may have been applied all the same. For requests that may be done twice.
 */
export function retryIdempotent<T>({ scheduler }: Pick<Etcd, 'scheduler'>): MonoTypeOperatorFunction<T> {
  return retryIf({ idempotent: true, codes: PASSING, scheduler });
}
