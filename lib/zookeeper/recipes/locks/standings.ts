import { type Observable, filter, map, of } from 'rxjs';
import type { Contender } from './contenders.js';
import { type LockClient, type QueueOptions, waitInLine } from './waitInLine.js';
import { switchWork } from '../support/switchWork.js';
import { type ProvenLease, provenLease } from './provenLease.js';
import { untilClosed } from '../support/sessionScope.js';

/** Waiting in line, or holding. */
export type Standing =
  { readonly kind: 'waiting'; readonly ahead: readonly Contender[] } | ({ readonly kind: 'holding' } & ProvenLease);

/** Waits in line, and holds when it is our turn: what {@link waitInLine} and {@link provenLease} say, in one stream. */
export function standings(zk: LockClient, parent: string, options: QueueOptions): Observable<Standing> {
  return waitInLine(zk, parent, options).pipe(
    switchWork(({ node, ahead, blocker }): Observable<Standing> =>
      blocker === undefined
        ? provenLease(zk, node).pipe(map((now): Standing => ({ kind: 'holding', ...now })))
        : of({ kind: 'waiting', ahead })
    ),
    untilClosed(zk)
  );
}

/** Those standings alone in which something is held. */
export function holding(standing$: Observable<Standing>): Observable<ProvenLease> {
  return standing$.pipe(filter((standing) => standing.kind === 'holding'));
}
