import {
  type Observable,
  type SchedulerLike,
  exhaustMap,
  filter,
  interval,
  merge,
  throttleTime,
  throwError,
  timeout,
} from 'rxjs';
import { formatEndpoint } from '../../../core/endpoint.js';
import { ConnectionLostError } from '../../../core/errors.js';
import type { MemberLink } from './memberLink.js';

/** Milliseconds between two questions, and for an answer. */
export interface HeartbeatTimes {
  readonly every: number;
  readonly patience: number;
}

/** A member did not answer in time. Requests under way there cannot be waited for. */
export class Silence extends ConnectionLostError {
  constructor(member: string, patience: number) {
    super(`no sign of life from ${member} for ${patience} ms`);
  }
}

/**
 * Asks a member for signs of life while it owes something. Never completes. **Errors** with a `ConnectionLostError`
 * when it does not answer.
 */
export function heartbeat(link: MemberLink, times: HeartbeatTimes, scheduler: SchedulerLike): Observable<never> {
  const { every, patience } = times;
  const silent = () => throwError(() => new Silence(formatEndpoint(link.endpoint), patience));
  return merge(
    interval(every, scheduler).pipe(filter(() => link.underWay > 0)),
    link.doubt$.pipe(throttleTime(every, scheduler))
  ).pipe(exhaustMap(() => link.carrier.ping().pipe(timeout({ each: patience, with: silent, scheduler }))));
}
