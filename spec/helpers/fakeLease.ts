import type { Lease, Leadership } from '../../lib/index.js';
import { Lease as RealLease } from '../../lib/zookeeper/recipes/locks/lease.js';

/** A lease that nobody has granted. */
export function fakeLease(token = 1n): Lease {
  return new RealLease({} as never, { path: `/lease-${token}`, czxid: token });
}

const [first, second] = [fakeLease(1n), fakeLease(2n)];

/**
 * What an election may say, for marbles: a candidate; leader and paused with a first lease, and in capitals with a
 * second.
 */
export const LEADERSHIP: Readonly<Record<'c' | 'l' | 'p' | 'L' | 'P', Leadership>> = {
  c: { role: 'candidate', ahead: [] },
  l: { role: 'leader', lease: first },
  p: { role: 'paused', lease: first },
  L: { role: 'leader', lease: second },
  P: { role: 'paused', lease: second },
};
