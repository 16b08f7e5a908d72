import { type Observable, catchError, defer, map, throwError } from 'rxjs';
import { oneOf } from '../../core/check.js';
import { isCoordinationError, withEffect } from '../../core/errors.js';
import type { Created } from '../protocol/ops/createOp.js';
import { setData } from '../protocol/ops/setData.js';
import type { CallOptions } from '../session/exchange.js';
import type { Acl, CreateMode } from '../types.js';
import { type Creating, createNode } from './createNode.js';

/** How a node is created if it is not there, and which version it may have if it is. */
export interface CreateOrSetOptions extends CallOptions {
  /** How the node is made. Default `'persistent'`. A node that is there stays as it was made. */
  readonly mode?: Exclude<CreateMode, `${string}Sequential${string}`>;
  /** For `'persistentWithTtl'`: milliseconds without a change or a child after which the node goes. */
  readonly ttl?: number;
  /** Who may do what with a node that is made. Default: that of `ZooKeeper.with`, or else anyone anything. */
  readonly acl?: readonly Acl[];
  /** Also create the nodes above, where there are none. Default `false`. */
  readonly parents?: boolean;
  /** Who may do what with the nodes above that are created. */
  readonly parentsAcl?: readonly Acl[];
  /** Version that a node must have which is there; -1, the default, for any. */
  readonly version?: number;
}

/** A node with the data that it was to have. */
export interface CreatedOrSet extends Created {
  /** Whether it had to be made. */
  readonly created: boolean;
}

const MODES = ['persistent', 'ephemeral', 'container', 'persistentWithTtl'] as const;
/** So often it is tried again while others create and delete the node. */
const TRIES = 50;
/** Errors name the method that was called. */
const put: typeof setData = { ...setData, name: 'createOrSet' };

/**
 * Sets a node, or creates it. What it promises is said at `ZooKeeper.createOrSet`. Throws a `UsageError` about the
 * mode.
 *
 * It sets before it creates: where the node is there, no permission on its parent is needed.
 */
export function createOrSet(
  creating: Creating,
  path: string,
  data: Uint8Array | null,
  { version = -1, ...options }: CreateOrSetOptions = {}
): Observable<CreatedOrSet> {
  oneOf('options.mode', options.mode ?? 'persistent', MODES);
  return defer(() => {
    let changed = false; // nodes above it were made
    const set$ = creating
      .exchange(put, { path, data, version }, options)
      .pipe(map((stat): CreatedOrSet => ({ path, stat, created: false })));
    const create$ = createNode(creating, path, data, options).pipe(
      map((node): CreatedOrSet => ({ ...node, created: true }))
    );
    const attempt = (left: number): Observable<CreatedOrSet> =>
      set$.pipe(
        catchError((error: unknown) =>
          isCoordinationError(error, 'NO_NODE')
            ? create$.pipe(catchError((failure: unknown) => unmade(failure, left)))
            : throwError(() => error)
        )
      );
    /** Others have made it meanwhile, perhaps such as have a permission that we have not. */
    const unmade = (error: unknown, left: number): Observable<CreatedOrSet> => {
      if (isCoordinationError(error)) changed ||= error.effect === 'unknown';
      if (isCoordinationError(error, 'NODE_EXISTS') && left > 0) return attempt(left - 1);
      if (!isCoordinationError(error, 'NO_AUTH')) return throwError(() => error);
      return set$.pipe(
        catchError((failure: unknown) => throwError(() => (isCoordinationError(failure, 'NO_NODE') ? error : failure)))
      );
    };
    return attempt(TRIES).pipe(
      catchError((error: unknown) => {
        if (isCoordinationError(error)) (error as { operation: string }).operation = put.name;
        return throwError(() => (changed ? withEffect(error, 'unknown') : error));
      })
    );
  });
}
