import { type Observable, defer, finalize, map, mergeMap, tap, throwError, timer } from 'rxjs';
import { queueFull } from '../../../core/callErrors.js';
import type { CallOptions } from '../../../client/callOptions.js';
import { UNSUBSCRIBED, outcomeOf } from '../../../client/meter.js';
import { type RequestFilter, filtered } from '../../../client/requestFilter.js';
import { sound } from '../../../client/sound.js';
import { traced } from '../../../client/tracedRequest.js';
import type { Endpoint } from '../../../core/endpoint.js';
import { ProtocolError, UsageError, isCoordinationError, withEffect } from '../../../core/errors.js';
import { type Answer, malformed } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { Course, type CourseContext } from './course.js';
import type { Session } from './session.js';

/** Sends one request per subscription and emits its one answer, as `read` makes it. */
export type Exchange = <T>(
  ask: Ask,
  context: CourseContext,
  options: CallOptions,
  read: (answer: Answer) => T,
  at?: Endpoint
) => Observable<T>;

/** The {@link Exchange} of a session. Throws a `UsageError` for a request that is too large. */
export function exchangeOver(session: Session): Exchange {
  return (ask, context, options, read, at) => {
    const size = ask.body === undefined ? 0 : Buffer.byteLength(ask.body);
    const { maxRequestBytes } = session.settings;
    if (size > maxRequestBytes)
      throw new UsageError('request', `has ${size} bytes, and may have ${maxRequestBytes}`, { code: 'TOO_LARGE' });
    const answer$ = defer(() => new Course(session, ask, context, at).answer(options)).pipe(
      map((answer) => {
        try {
          return read(answer);
        } catch (error) {
          const fault = isCoordinationError(error) ? error : malformed('cannot be read', { ...context, cause: error });
          throw fault instanceof ProtocolError ? withEffect(fault, ask.repeat === 'read' ? 'none' : 'unknown') : fault;
        }
      })
    );
    return counted(session, context, answer$).pipe(traced(session.meter, context));
  };
}

/** The same {@link Exchange}, with these filters around each request. */
export function withFilters(exchange: Exchange, filters: readonly RequestFilter[]): Exchange {
  if (filters.length === 0) return exchange;
  return (ask, context, options, read, at) => {
    const { operation, path } = context;
    const asked = { store: 'etcd-v2', operation, path, readOnly: ask.repeat === 'read', args: ask, options } as const;
    return filtered(filters, asked, (changed) =>
      sound(
        operation,
        () => exchange(ask, context, changed, read, at),
        () => path
      )
    );
  };
}

/** A request that is counted, or refused, because too many wait for a member already. */
function counted<T>(session: Session, context: CourseContext, answer$: Observable<T>): Observable<T> {
  return defer(() => {
    const { meter, settings, trouble } = session;
    const began = meter.stamp;
    let outcome: string | undefined = UNSUBSCRIBED;
    const { maxQueued } = settings;
    const full = queueFull(maxQueued, trouble)({ effect: 'none', context });
    const isFull = session.queued >= maxQueued;
    session.underWay++;
    return (isFull ? timer(1, settings.scheduler).pipe(mergeMap(() => throwError(() => full))) : answer$).pipe(
      tap({ next: () => (outcome = undefined), error: (error: unknown) => (outcome = outcomeOf(error)) }),
      finalize(() => {
        session.underWay--;
        meter.ended(context.operation, began, outcome);
      })
    );
  });
}
