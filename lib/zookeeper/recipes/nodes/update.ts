import { type MonoTypeOperatorFunction, type Observable, catchError, defer, map, of, throwError } from 'rxjs';
import { callable, holdsOptions } from '../../../core/check.js';
import { type Codec, bytes } from '../../../core/codecs.js';
import { type ErrorCode, isCoordinationError } from '../../../core/errors.js';
import { optimistic } from '../../../client/optimistic.js';
import { inChroot } from '../../path.js';
import type { CallOptions } from '../../session/exchange.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { Stat } from '../../types.js';
import { valueOnError } from '../support/callPolicy.js';

/** How a node is changed. */
export interface UpdateOptions<T> extends CallOptions {
  /** How the value is kept. Default: the bytes as they are. */
  readonly codec?: Codec<T>;
}

/** The part of a client that {@link update} needs. */
export type UpdateClient = Pick<ZooKeeper, 'get' | 'set' | 'create' | 'state$' | 'root' | 'scheduler'>;

/** The result of {@link update}. */
export interface Updated<T> {
  readonly value: T;
  /** `undefined` when an old server has just created the node. */
  readonly stat: Stat | undefined;
}

/**
 * Changes a node by its value: reads it, and writes the result of `change`, if no other client has written meanwhile;
 * else again from the start. Where there is no node, `change` is given `undefined`, and the node is created.
 *
 * - **Emits** the new value once, and completes. A `change` that returns its argument writes nothing.
 * - **Errors** as a read and a write do. **When the reply is lost**, with effect `'unknown'`: it was written once, or
 *   not at all, and it is not written again.
 * - **Unsubscribing** ends the attempt.
 *
 * Of several updates of one node by one client, those that were overtaken go one after the other.
 *
 * @example
 * ```ts
 * import { json, update } from 'quorum-rx';
 *
 * const more = (count: number | null | undefined) => (count ?? 0) + 1;
 * update(zk, '/visits', more, { codec: json<number>() }).subscribe(({ value }) => console.log(value));
 * ```
 *
 * @param change is called again for every attempt, so it should do nothing else
 */
export function update<T = Uint8Array | null>(
  zk: UpdateClient,
  path: string,
  change: (value: T | undefined) => T,
  options: UpdateOptions<T> = {}
): Observable<Updated<T>> {
  if (!holdsOptions(options)) return zk.get(path, options) as Observable<never>; // which refuses them
  const { codec = bytes as Codec<unknown> as Codec<T>, ...call } = options;
  const read$ = defer(() => (callable('change', change), zk.get(path, { ...call, codec }))).pipe(
    valueOnError('NO_NODE')
  );
  const line = () => inChroot(zk.root, path);
  return optimistic(zk, line, call, read$, (node, next): Observable<Updated<T>> => {
    const value = change(node?.value);
    if (node === undefined)
      return zk.create(path, value, { ...call, codec, parents: true }).pipe(
        map(({ stat }) => ({ value, stat })),
        overtaken(next, 'NODE_EXISTS')
      );
    if (value === node.value) return of(node);
    return zk.set(path, value, { ...call, codec, version: node.stat.version }).pipe(
      map((stat) => ({ value, stat })),
      overtaken(next, 'BAD_VERSION', 'NO_NODE')
    );
  });
}

/** With these codes the server reports another write. */
function overtaken<T>(next: () => Observable<T>, ...codes: readonly ErrorCode[]): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => (isCoordinationError(error, ...codes) ? next() : throwError(() => error)));
}
