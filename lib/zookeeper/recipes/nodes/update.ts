import { type Observable, catchError, concatMap, defer, map, of, throwError } from 'rxjs';
import { callable, holdsOptions } from '../../../core/check.js';
import { type Codec, bytes } from '../../../core/codecs.js';
import { isCoordinationError } from '../../../core/errors.js';
import type { CallOptions } from '../../session/exchange.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { Stat } from '../../types.js';
import { valueOnError } from '../support/callPolicy.js';

/** How a node is changed. */
export interface UpdateOptions<T> extends CallOptions {
  /** How the value is kept. Default: the bytes as they are. */
  readonly codec?: Codec<T>;
}

/** What {@link update} made of a node. */
export interface Updated<T> {
  readonly value: T;
  /** `undefined` when an old server has just created the node. */
  readonly stat: Stat | undefined;
}

/**
 * Changes a node by what it was: reads it, and writes what `change` makes of it, if nobody has written meanwhile; else
 * again from the start. Where there is no node, `change` is given `undefined`, and the node is created.
 *
 * - **Emits** what is there now, once, and completes. A `change` that returns what it was given writes nothing.
 * - **Errors** as a read and a write do. **When the reply is lost**, with effect `'unknown'`: it was written once, or
 *   not at all, and it is not written again.
 * - **Unsubscribing** ends the attempt.
 *
 * @example
 * ```ts
 * import { json, update } from 'quorum-rx';
 *
 * update(zk, '/visits', (count) => (count ?? 0) + 1, { codec: json<number>() }).subscribe(({ value }) => console.log(value));
 * ```
 *
 * @param change is called again for every attempt, so it should do nothing else
 */
export function update<T = Uint8Array | null>(
  zk: Pick<ZooKeeper, 'get' | 'set' | 'create'>,
  path: string,
  change: (value: T | undefined) => T,
  options: UpdateOptions<T> = {}
): Observable<Updated<T>> {
  if (!holdsOptions(options)) return zk.get(path, options) as Observable<never>; // which refuses them
  const { codec = bytes as Codec<unknown> as Codec<T>, ...call } = options;
  const attempt$: Observable<Updated<T>> = defer(
    () => (callable('change', change), zk.get(path, { ...call, codec }))
  ).pipe(
    valueOnError('NO_NODE'),
    concatMap((node): Observable<Updated<T>> => {
      const value = change(node?.value);
      if (node === undefined)
        return overtaken(
          zk.create(path, value, { ...call, codec, parents: true }).pipe(map(({ stat }) => ({ value, stat }))),
          ['NODE_EXISTS']
        );
      if (value === node.value) return of(node);
      return overtaken(
        zk.set(path, value, { ...call, codec, version: node.stat.version }).pipe(map((stat) => ({ value, stat }))),
        ['BAD_VERSION', 'NO_NODE']
      );
    })
  );
  /** With these codes the server says that somebody was faster: read again. */
  const overtaken = (write$: Observable<Updated<T>>, codes: readonly string[]) =>
    write$.pipe(
      catchError((error: unknown) =>
        isCoordinationError(error) && codes.includes(error.code) ? attempt$ : throwError(() => error)
      )
    );
  return attempt$;
}
