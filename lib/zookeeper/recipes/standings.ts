import { type Observable, filter, map, of } from 'rxjs';
import type { Contender } from './contenders.js';
import { type Contending, type QueueOptions, queueUp } from './queueUp.js';
import { switchWork } from './switchWork.js';
import { type Tenure, tenure } from './tenure.js';
import { untilClosed } from './untilClosed.js';

/** Waiting in line, or holding. */
export type Standing =
  { readonly kind: 'waiting'; readonly ahead: readonly Contender[] } | ({ readonly kind: 'holding' } & Tenure);

/** Waits in line, and holds when it is our turn: what {@link queueUp} and {@link tenure} say, in one stream. */
export function standings(zk: Contending, parent: string, options: QueueOptions): Observable<Standing> {
  return queueUp(zk, parent, options).pipe(
    switchWork(({ node, ahead, blocker }): Observable<Standing> =>
      blocker === undefined
        ? tenure(zk, node).pipe(map((now): Standing => ({ kind: 'holding', ...now })))
        : of({ kind: 'waiting', ahead })
    ),
    untilClosed(zk)
  );
}

/** Those standings alone in which something is held. */
export function holding(standing$: Observable<Standing>): Observable<Tenure> {
  return standing$.pipe(filter((standing) => standing.kind === 'holding'));
}
