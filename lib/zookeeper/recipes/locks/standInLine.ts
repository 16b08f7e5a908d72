import { type Observable, catchError, map, throwError } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import { leaseLost } from '../../../lease/leaseError.js';
import { reportedStandings } from '../../../lease/reportedStandings.js';
import { type Standing, standings } from '../../../lease/standings.js';
import type { Proof } from '../../../lease/tenures.js';
import type { OwnNode } from '../support/ownNode.js';
import { untilClosed } from '../support/sessionScope.js';
import type { Contender } from './contenders.js';
import { type QueueOptions, waitInLine } from './waitInLine.js';
import type { LockClient } from './lockClient.js';

/** Waits in line with a node of our own, and holds when it is our turn. */
export function standInLine(zk: LockClient, parent: string, options: QueueOptions): Observable<Standing<Contender>> {
  return standings(
    waitInLine(zk, parent, options).pipe(
      map(({ node, ahead, blocker }) => ({ ahead, proof: blocker === undefined ? proofOf(zk, node) : undefined }))
    )
  ).pipe(untilClosed(zk), reportedStandings(zk.state$));
}

/** A transaction that checks our node is a committed write. */
function proofOf(zk: LockClient, { path, czxid }: OwnNode): Proof {
  const deleted = (error: unknown) =>
    throwError(() => (isCoordinationError(error, 'NO_NODE') ? leaseLost(path, 'the node was deleted', error) : error));
  return {
    name: path,
    token: czxid,
    scheduler: zk.scheduler,
    link$: zk.state$.pipe(map((state) => (state.kind === 'connected' && !state.readOnly ? state : undefined))),
    prove: () => zk.transaction().check(path).commit().pipe(catchError(deleted)),
  };
}
