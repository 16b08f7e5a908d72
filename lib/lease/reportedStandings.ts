import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { type ReportedLease, reportedLease } from '../client/reportedLease.js';
import { meterOf } from '../client/stateFeed.js';
import type { Standing } from './standings.js';

/**
 * Tells the channel of leases how a contender stands.
 *
 * @param state$ the states of the client, which stand for it
 */
export function reportedStandings<C>(state$: Observable<unknown>): MonoTypeOperatorFunction<Standing<C>> {
  return reportedLease<Standing<C>>(meterOf(state$), reportOf);
}

function reportOf(now: Standing<unknown>): ReportedLease | undefined {
  if (now.kind === 'waiting') return undefined;
  const { name, lost } = now.tenure;
  return now.standing === 'over' ? { event: 'lost', name, error: lost } : { event: now.standing, name };
}
