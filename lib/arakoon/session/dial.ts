import {
  EMPTY,
  type Observable,
  Subject,
  catchError,
  concatMap,
  defer,
  filter,
  map,
  merge,
  take,
  takeUntil,
  tap,
  throwError,
  throwIfEmpty,
  timer,
} from 'rxjs';
import { inTime } from '../../client/inTime.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectError, UsageError } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import type { Settings } from '../options.js';
import { STAGGER } from './staggered.js';

/** A link, and where it leads. */
export interface Dialled {
  readonly link: Link;
  readonly endpoint: Endpoint;
}

/**
 * Connects to the address of one node that answers first. They are tried one beside the other, in their order, with a
 * head start for each, so that a dead address delays nothing.
 *
 * **Errors** as the last attempt does; with a `UsageError` when the transport is none.
 *
 * @param dialing is told of every attempt
 */
export function dial(
  addresses: readonly Endpoint[],
  settings: Settings,
  dialing: (endpoint: Endpoint) => void
): Observable<Dialled> {
  const { scheduler } = settings;
  return defer(() => {
    const won$ = new Subject<Endpoint>();
    let winner: Endpoint | undefined;
    let failure: unknown;
    const from = (at: number): Observable<Dialled> => {
      const endpoint = addresses[at];
      if (endpoint === undefined) return EMPTY;
      const failed$ = new Subject<void>();
      const own$ = one(endpoint, settings, dialing).pipe(
        tap(() => won$.next((winner = endpoint))),
        takeUntil(won$.pipe(filter((won) => won !== endpoint))),
        catchError((error: unknown) => {
          if (winner === endpoint || error instanceof UsageError) return throwError(() => error);
          failure = error;
          failed$.next();
          return EMPTY;
        })
      );
      const others$ = merge(failed$, timer(STAGGER, scheduler)).pipe(
        take(1),
        // eslint-disable-next-line rxjs-x/no-unsafe-takeuntil -- each later dial ends by itself when another wins
        takeUntil(won$),
        concatMap(() => from(at + 1))
      );
      return merge(others$, own$);
    };
    return addresses.length === 1 ? one(addresses[0]!, settings, dialing) : from(0).pipe(throwIfEmpty(() => failure));
  });
}

function one(
  endpoint: Endpoint,
  { transport, connectTimeout, scheduler }: Settings,
  dialing: (endpoint: Endpoint) => void
): Observable<Dialled> {
  const late = () =>
    throwError(
      () =>
        new ConnectError(`no connection to ${formatEndpoint(endpoint)} within ${connectTimeout} ms`, {
          code: 'TIMEOUT',
        })
    );
  return defer(() => {
    dialing(endpoint);
    return transport(endpoint);
  }).pipe(
    inTime(connectTimeout, scheduler, late),
    map((link) => ({ link, endpoint }))
  );
}
