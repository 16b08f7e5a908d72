import type { Observable } from 'rxjs';
import { NODE_NAMINGS } from './contenders.js';
import type { Lease } from './lease.js';
import { leaseOf } from './leaseOf.js';
import type { ContendOptions, LockClient } from './waitInLine.js';
import { standings } from './standings.js';

/**
 * The lock inside recipes that kazoo has too, by its names. As `lock`, but a session waits for itself: for another of
 * the same recipe, or for what it has given back a moment ago.
 */
export function kazooLock(
  zk: LockClient,
  path: string,
  { data = null, acl, parentsAcl }: ContendOptions
): Observable<Lease> {
  return leaseOf(
    standings(zk, path, {
      word: NODE_NAMINGS.kazoo.lock,
      data,
      acl,
      parentsAcl,
      own: 'wait',
      blocker: (ahead) => ahead.at(-1),
    }),
    path,
    undefined,
    zk,
    'lock'
  );
}
