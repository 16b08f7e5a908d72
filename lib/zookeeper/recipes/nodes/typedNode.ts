import type { Observable } from 'rxjs';
import { holdsOptions } from '../../../core/check.js';
import type { Codec } from '../../../core/codecs.js';
import type { CreateOptions } from '../../client/createNode.js';
import type { ReadOptions, VersionOptions } from '../../client/viewOptions.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { Created } from '../../protocol/ops/createOp.js';
import type { NodeData } from '../../protocol/ops/getData.js';
import type { CallOptions } from '../../session/exchange.js';
import type { Stat } from '../../types.js';
import type { WatchedNode } from '../../watch/watchNode.js';
import { type UpdateClient, type Updated, update } from './update.js';

/** A node whose value is of one type. */
export interface TypedNode<T> {
  readonly path: string;
  /** The value, now and after every change: as `ZooKeeper.watch`. */
  readonly value$: Observable<WatchedNode<T>>;
  get(options?: ReadOptions): Observable<NodeData<T>>;
  /**
   * Writes a value; with the `version` that was read, **errors** with `BAD_VERSION` where another client has written
   * since.
   */
  set(value: T, options?: VersionOptions): Observable<Stat>;
  /**
   * Writes the result of `change`, as {@link update} does: it starts again where another client was faster, and creates
   * a missing node.
   */
  update(change: (value: T | undefined) => T, options?: CallOptions): Observable<Updated<T>>;
  create(value: T, options?: CreateOptions): Observable<Created>;
  delete(options?: VersionOptions): Observable<void>;
}

/**
 * A node together with its codec: so that all readers and writers agree on its type. Its methods are those of the
 * client, and promise what they do there.
 *
 * @example
 * ```ts
 * import { json, typedNode } from 'quorum-rx';
 *
 * const settings = typedNode(zk, '/settings', json(z.object({ replicas: z.number() })));
 * settings.value$.subscribe(({ value, stale }) => console.log(value?.replicas, stale));
 * settings.update((old) => ({ replicas: (old?.replicas ?? 0) + 1 })).subscribe();
 * ```
 */
export function typedNode<T>(
  zk: UpdateClient & Pick<ZooKeeper, 'delete' | 'watch'>,
  path: string,
  codec: Codec<T>
): TypedNode<T> {
  /** Leaves a value that is no options as it is, for the client to refuse. */
  const withCodec = <O extends object>(options: O | undefined) =>
    (options === undefined || holdsOptions(options) ? { ...options, codec } : options) as O & {
      readonly codec: Codec<T>;
    };
  return {
    path,
    value$: zk.watch(path, { codec }),
    get: (options) => zk.get<T>(path, withCodec(options)),
    set: (value, options) => zk.set(path, value, withCodec(options)),
    update: (change, options) => update(zk, path, change, withCodec(options)),
    create: (value, options) => zk.create(path, value, withCodec(options)),
    delete: (options) => zk.delete(path, options),
  };
}
