import type { Observable } from 'rxjs';
import { LAYOUTS } from './contenders.js';
import type { Lease } from './lease.js';
import { leased } from './leased.js';
import type { ContendOptions, Contending } from './queueUp.js';
import { standings } from './standings.js';

/**
 * The lock inside recipes that kazoo has too, by its names. As `lock`, but a session waits for itself: for another of
 * the same recipe, or for what it has given back a moment ago.
 */
export function kazooLock(
  zk: Contending,
  path: string,
  { data = null, acl, parentsAcl }: ContendOptions
): Observable<Lease> {
  return leased(
    standings(zk, path, {
      word: LAYOUTS.kazoo.lock,
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
