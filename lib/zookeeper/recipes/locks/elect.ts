import { type Observable, defer } from 'rxjs';
import { knownKeys, oneOf } from '../../../core/check.js';
import { type LeadershipOf, leaderships } from '../../../lease/leaderships.js';
import { checkPath } from '../../path.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import { type Contender, NODE_NAMINGS, type NodeNaming } from './contenders.js';
import { Lease } from './lease.js';
import type { ContendOptions, LockClient } from './lockClient.js';
import { standInLine } from './standInLine.js';
import { untilClosed } from '../support/sessionScope.js';

/** How to stand for election. */
export interface ElectOptions extends ContendOptions {
  /**
   * Whose node names to use, to stand with programs of Curator (`LeaderLatch`) or kazoo (`Election`). Default
   * `'curator'`.
   */
  readonly layout?: NodeNaming;
}

/** Where a candidate stands. */
export type Leadership = LeadershipOf<Lease, Contender>;

/**
 * Stands for election: of all candidates at a path, at most one leads.
 *
 * - **Emits** the role of this candidate, whenever it changes. A leadership that is lost is followed by `candidate`.
 * - **Completes** when the client is closed; **errors** with `CLOSED` when that was before the first value. **Errors**
 *   with refusals of the server, such as `NO_AUTH`.
 * - **Unsubscribing** steps back: the next in line leads.
 *
 * **When the link is lost**, a leader is `paused`; it leads again when the servers prove it in time, else it is a
 * candidate (and its lease has ended). **When the session is lost**, it stands again, last in line. **When the reply to
 * a create is lost**, its node is found again by its name, so that no candidate leads without knowing it.
 *
 * @example
 * ```ts
 * import { elect, whileLeader } from 'quorum-rx';
 *
 * elect(zk, '/election').pipe(whileLeader((lease) => work(lease.token))).subscribe();
 * ```
 */
export function elect(zk: LockClient, path: string, options: ElectOptions = {}): Observable<Leadership> {
  return defer(() => {
    checkPath(path);
    const {
      data = null,
      acl,
      parentsAcl,
      layout = 'curator',
    } = knownKeys('options', options, ['data', 'acl', 'parentsAcl', 'layout']);
    const word = NODE_NAMINGS[oneOf('options.layout', layout, ['curator', 'kazoo'])].latch;
    const standing$ = standInLine(zk, path, {
      word,
      data,
      acl,
      parentsAcl,
      own: 'wait',
      blocker: (ahead) => ahead.at(-1),
    });
    return leaderships(standing$, (tenure) => new Lease(zk, tenure)).pipe(
      untilClosed(zk),
      orClosed({ operation: 'elect', path }, zk)
    );
  }).pipe(ofOpen(zk, 'value', { operation: 'elect', path }));
}
