import type { MonoTypeOperatorFunction } from 'rxjs';
import { retryIf } from '../../operators/retryIf.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { EtcdCode } from '../v3/protocol/errorCode.js';

/** Refusals while the cluster elects a leader, or a member stops. A write may have been applied all the same. */
const PASSING: readonly EtcdCode[] = [
  ...(['TIMED_OUT', 'LEADER_CHANGED', 'STOPPED', 'NO_LEADER', 'UNHEALTHY', 'UNAVAILABLE'] as const),
  'TOO_MANY_REQUESTS',
];

/** Tries again after each error that may pass. For requests that may be done twice. */
export function retryIdempotent<T>({ scheduler }: Pick<Etcd, 'scheduler'>): MonoTypeOperatorFunction<T> {
  return retryIf({ idempotent: true, codes: PASSING, scheduler });
}
