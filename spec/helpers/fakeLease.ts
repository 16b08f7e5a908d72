import { type SchedulerLike, asyncScheduler } from 'rxjs';
import type { Lease, Leadership } from '../../lib/index.js';
import { Tenure } from '../../lib/lease/tenure.js';
import { Lease as RealLease } from '../../lib/zookeeper/recipes/locks/lease.js';

const FOREVER = 1e15;

/** A lease that nobody has granted. It is valid until its tenure ends. */
export function fakeLease(token = 1n, tenure = fakeTenure(token)): Lease {
  return new RealLease({} as never, tenure);
}

/** A tenure that is proved for ever. */
export function fakeTenure(token = 1n, scheduler: SchedulerLike = asyncScheduler): Tenure {
  const tenure = new Tenure({ name: `/lease-${token}`, token, scheduler });
  tenure.proved(scheduler.now(), FOREVER);
  return tenure;
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
