import type { MonoTypeOperatorFunction } from 'rxjs';
import { type RetryIfOptions, retryIf } from '../../../operators/retryIf.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';

/**
 * Tries again, over lost links, what may be done twice: a read, or a write that is as good as done when it was done.
 * Also when a server broke the protocol over it, as a real one has been seen to do when it goes down.
 */
export function insist<T>(
  { scheduler }: Pick<ZooKeeper, 'scheduler'>,
  { codes = [], ...options }: Pick<RetryIfOptions, 'codes' | 'backoff'> = {}
): MonoTypeOperatorFunction<T> {
  return retryIf({ idempotent: true, codes: ['PROTOCOL', ...codes], scheduler, ...options });
}
