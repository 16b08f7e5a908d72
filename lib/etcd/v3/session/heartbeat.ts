import {
  type Observable,
  type SchedulerLike,
  defer,
  exhaustMap,
  filter,
  interval,
  merge,
  tap,
  throttleTime,
  throwError,
} from 'rxjs';
import { inTime } from '../../../client/inTime.js';
import { formatEndpoint } from '../../../core/endpoint.js';
import { ConnectionLostError } from '../../../core/errors.js';
import type { MemberLink } from './memberLink.js';

/** Milliseconds between two questions, and for an answer. */
export interface HeartbeatTimes {
  readonly every: number;
  readonly patience: number;
}

/** Least milliseconds between two questions, and the least part of `every`. Servers hang up after 5,000 or less. */
const APART = 5500;
const PART = 0.6;
/** Milliseconds from a doubt to the question: the request that is in doubt, or the next one, leaves before it. */
const SOON = 50;

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
  const apart = Math.max(APART, every * PART);
  const silent = () => throwError(() => new Silence(formatEndpoint(link.endpoint), patience));
  const doubt$ = link.doubt$.pipe(throttleTime(SOON, scheduler, { leading: false, trailing: true }));
  return defer(() => {
    let asked = -Infinity;
    return merge(interval(every, scheduler), doubt$).pipe(
      filter(() => link.underWay > 0 && scheduler.now() - asked >= apart),
      tap(() => (asked = scheduler.now())),
      exhaustMap(() => link.carrier.ping().pipe(inTime(patience, scheduler, silent)))
    );
  });
}
