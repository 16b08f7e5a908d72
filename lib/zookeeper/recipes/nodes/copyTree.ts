import {
  EMPTY,
  type Observable,
  type OperatorFunction,
  catchError,
  concatMap,
  defer,
  expand,
  forkJoin,
  from,
  map,
  mergeMap,
  of,
  tap,
  throwError,
} from 'rxjs';
import { knownKeys } from '../../../core/check.js';
import { UsageError, isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, inChroot, isWithin, joinPath } from '../../path.js';
import type { NodeData } from '../../protocol/ops/getData.js';
import type { Acl } from '../../types.js';
import { retryIdempotent, valueOnError } from '../support/callPolicy.js';
import { equalBytes } from '../../../bytes/equalBytes.js';

/** The part of a client that is copied from. */
export type CopySource = Pick<ZooKeeper, 'get' | 'getChildren' | 'getAcl' | 'root' | 'state$' | 'scheduler'>;
/** The part of a client that is copied to. */
export type CopyTarget = Pick<ZooKeeper, 'get' | 'create' | 'set' | 'setAcl' | 'root' | 'state$' | 'scheduler'>;

/** How to copy. */
export interface CopyTreeOptions {
  /** Where to: another client, also of other servers. Default: the same. */
  readonly target?: CopyTarget;
  /**
   * Whether to write over nodes that are there already; those that are there besides stay. Default `false`: they are an
   * error.
   */
  readonly overwrite?: boolean;
  /** The access control list of the copies: that of the originals (default), or this one. */
  readonly acl?: 'keep' | readonly Acl[];
}

/** The outcome of one node. */
export interface CopiedTree {
  /** `ephemeral`: it was passed over, since a copy could not go with its session. */
  readonly kind: 'created' | 'overwritten' | 'ephemeral';
  readonly from: string;
  readonly to: string;
}

/** Children that are dealt with at a time, under each node. */
const WIDTH = 32;
/** The nodes of the servers themselves. */
const RESERVED = '/zookeeper';

/**
 * Copies a node and everything below it. It is not one change, nor a picture of one moment: others may see it half
 * done, and their changes meanwhile are copied or not. Data and, unless told otherwise, ACLs are kept; metadata, the
 * numbers of sequential nodes to come, and the kind of containers and TTL nodes are not.
 *
 * - **Emits** the outcome of each node, parents first. **Completes** when all is copied.
 * - **Errors** with `NO_NODE` if there is nothing, with `NODE_EXISTS` unless `overwrite`, with `NO_AUTH`; the nodes
 *   copied so far stay. With a `UsageError` for a copy into itself, which is recognized for views of one session.
 * - **Unsubscribing** ends it where it is.
 *
 * **When the link is lost**, it goes on when it is back. **When the reply to a create is lost**, a node with the same
 * data is taken for ours. **When the session is lost**, it errors with `EXPIRED`: `overwrite` completes it.
 *
 * @example
 * ```ts
 * import { copyTree } from 'quorum-rx';
 *
 * copyTree(zk, '/app', '/backups/app').subscribe(({ kind, to }) => console.log(kind, to));
 * ```
 *
 * @param to the copy of `source` itself; the nodes above it are made where they are missing
 */
export function copyTree(
  zk: CopySource & CopyTarget,
  source: string,
  to: string,
  options: CopyTreeOptions = {}
): Observable<CopiedTree> {
  return defer(() => {
    checkPath(source, 'source');
    checkPath(to, 'to');
    const {
      target = zk,
      overwrite = false,
      acl = 'keep',
    } = knownKeys('options', options, ['target', 'overwrite', 'acl']);
    if (target.state$ === zk.state$ && isWithin(inChroot(target.root, to), inChroot(zk.root, source)))
      throw new UsageError('to', `${to} is a part of ${source}`, { path: to });
    const copying = { zk, target, overwrite, acl };
    const below = ({ it, children }: Visited): Observable<Visited> =>
      from(children).pipe(
        mergeMap(
          (name) =>
            found(copying, joinPath(it.from, name)).pipe(
              valueOnError('NO_NODE'),
              visiting(copying, joinPath(it.to, name))
            ),
          WIDTH
        ) // or it has gone since
      );
    return found(copying, source).pipe(
      visiting(copying, to),
      expand(below), // no stream nests in another: others decide how deep a tree is
      map(({ it }) => it)
    );
  });
}

type Copying = Required<CopyTreeOptions> & { readonly zk: CopySource };

/** The content of a node to copy. */
interface Found {
  readonly path: string;
  readonly node: NodeData;
  readonly acl: readonly Acl[];
  readonly names: readonly string[];
}

function found({ zk, acl }: Copying, path: string): Observable<Found> {
  return zk.get(path).pipe(
    concatMap((node) => {
      const names$ = node.stat.numChildren === 0 ? of([]) : zk.getChildren(path);
      const acl$ = acl === 'keep' ? zk.getAcl(path).pipe(map((entry) => entry.acl)) : of(acl);
      return forkJoin({ path: of(path), node: of(node), acl: acl$, names: names$ });
    }),
    retryIdempotent(zk)
  );
}

/** A node that has been dealt with, and the names of the children that are next. */
interface Visited {
  readonly it: CopiedTree;
  readonly children: readonly string[];
}

/** Copies a node; its children follow. */
function visiting(copying: Copying, to: string): OperatorFunction<Found | undefined, Visited> {
  return concatMap((it) => {
    if (it === undefined) return EMPTY;
    const { path, node, names } = it;
    if (node.stat.ephemeralOwner !== 0n)
      return of<Visited>({ it: { kind: 'ephemeral', from: path, to }, children: [] });
    const children = names.filter((name) => inChroot(copying.zk.root, joinPath(path, name)) !== RESERVED);
    return written(copying, it, to).pipe(map((kind): Visited => ({ it: { kind, from: path, to }, children })));
  });
}

function written(copying: Copying, it: Found, to: string): Observable<CopiedTree['kind']> {
  const { target, overwrite } = copying;
  const { node: { value }, acl } = it; // prettier-ignore
  return defer(() => {
    let doubt = false;
    const over$ = target.set(to, value).pipe(
      concatMap(() => target.setAcl(to, acl)),
      map((): CopiedTree['kind'] => 'overwritten'),
      retryIdempotent(target),
      catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? again$ : throwError(() => error)))
    );
    const again$: Observable<CopiedTree['kind']> = defer(() => written(copying, it, to)); // deleted meanwhile
    const ours = (error: unknown) =>
      target.get(to).pipe(
        retryIdempotent(target),
        map((node): CopiedTree['kind'] => (equalBytes(node.value, value) ? 'created' : raise(error)))
      );
    return target.create(to, value, { acl, parents: true }).pipe(
      map((): CopiedTree['kind'] => 'created'),
      tap({ error: (error: unknown) => void (doubt ||= isCoordinationError(error) && error.effect === 'unknown') }),
      retryIdempotent(target),
      catchError((error: unknown) => {
        if (!isCoordinationError(error, 'NODE_EXISTS')) return throwError(() => error);
        return overwrite ? over$ : doubt ? ours(error) : throwError(() => error);
      })
    );
  });
}

function raise(error: unknown): never {
  throw error;
}
