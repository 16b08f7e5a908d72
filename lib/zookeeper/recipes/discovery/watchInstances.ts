import { type Observable, defer, distinctUntilChanged, filter, map } from 'rxjs';
import type { StandardSchema } from '../../../core/codecs.js';
import { knownKeys } from '../../../core/check.js';
import { type Instances, instanceIfAny, serviceInstance } from '../../../core/serviceInstance.js';
import { freshness, sameElements } from '../../../core/watched.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, joinPath } from '../../path.js';
import { orClosed } from '../../watch/closed.js';
import { checkName } from '../support/checkName.js';
import { watchChildNodes } from '../nodes/watchChildNodes.js';

/**
 * The instances of a service.
 *
 * - **Emits** all instances, now and after every change, also of a payload: none where there is no such service. A node
 *   that is no instance is left out, and named. While the list is in doubt, the last known one, with `stale: true`.
 * - **Completes** and **errors** as `ZooKeeper.watchChildren` does, and with `NO_AUTH` where the list may not be read.
 *
 * A change costs one read, however many instances there are. They outlive a session that is lost: see `stale`.
 *
 * @example
 * ```ts
 * import { watchInstances } from 'quorum-rx';
 *
 * const schema = z.object({ shard: z.number() });
 * watchInstances(zk, '/services', 'search', { schema }).subscribe(({ instances, stale }) => {
 *   for (const { address, port, payload } of instances) console.log(address, port, payload.shard, stale);
 * });
 * ```
 *
 * @param path the node above all services
 * @param options.schema checks payloads
 */
export function watchInstances<P = unknown>(
  zk: Pick<ZooKeeper, 'watch' | 'watchChildren'>,
  path: string,
  name: string,
  options: { readonly schema?: StandardSchema<P> } = {}
): Observable<Instances<P>> {
  return defer(() => {
    checkPath(path);
    checkName(name, 'name');
    const codec = serviceInstance(knownKeys('options', options, ['schema']).schema);
    return watchChildNodes(zk, joinPath(path, name), (_, { value }) => instanceIfAny(codec, value)).pipe(
      map(({ nodes, unreadable, cause }) => ({ instances: nodes, unreadable, ...freshness(cause) }))
    );
  });
}

/**
 * The names of all services, in the order of the alphabet, now and after every change; also of those without an
 * instance. Nothing is emitted while the list is in doubt. **Completes** and **errors** as `ZooKeeper.watchChildren`
 * does, and with `NO_AUTH` where the list may not be read.
 */
export function watchServices(zk: Pick<ZooKeeper, 'watchChildren'>, path: string): Observable<readonly string[]> {
  return zk.watchChildren(path).pipe(
    filter(({ stale }) => !stale),
    map(({ names }) => [...names].sort()),
    distinctUntilChanged(sameElements),
    orClosed({ operation: 'watchServices', path })
  );
}
