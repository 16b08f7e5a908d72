import { type Observable, defer, distinctUntilChanged, filter, map } from 'rxjs';
import { knownKeys } from '../../core/check.js';
import type { StandardSchema } from '../../core/codecs.js';
import { type Instances, type ServiceInstance, instanceIfAny, serviceInstance } from '../../core/serviceInstance.js';
import { freshness, sameElements } from '../../core/watched.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { checkPart } from './register.js';
import { watchEntries } from './watchEntries.js';
import { entryMemo } from './watchPresence.js';

/** The instances of a service, the eldest first, with a fencing token for each. */
export type FencedInstances<P = unknown> = Instances<P> & {
  /** By the id of an instance: the revision that created its key. One that comes again has a higher one. */
  readonly tokens: ReadonlyMap<string, bigint>;
};

/**
 * The instances of a service.
 *
 * - **Emits** all instances, now and after every change, also of a payload: none where there is no such service. A key
 *   that holds no instance is left out, and named. While the list is in doubt, the last known one, with `stale: true`.
 * - **Completes** when the client is closed. **Errors** with `PERMISSION_DENIED` where the keys may not be read.
 *
 * `pick` chooses one of them for each request.
 *
 * @example
 * ```ts
 * import { watchInstances } from 'quorum-rx/etcd';
 *
 * const schema = z.object({ shard: z.number() });
 * watchInstances(etcd, 'services', 'search', { schema }).subscribe(({ instances, tokens, stale }) => {
 *   for (const { id, address, payload } of instances) console.log(address, payload.shard, tokens.get(id), stale);
 * });
 * ```
 *
 * @param name of the keys of all services
 * @param options.schema checks payloads
 */
export function watchInstances<P = unknown>(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  service: string,
  options: { readonly schema?: StandardSchema<P> } = {}
): Observable<FencedInstances<P>> {
  return defer(() => {
    const prefix = `${checkName(name)}/${checkPart(service, 'service')}/`;
    const codec = serviceInstance(knownKeys('options', options, ['schema']).schema);
    const found = entryMemo((end, { value = null, facts }) => ({
      name: end,
      instance: instanceIfAny(codec, value),
      token: BigInt(facts?.createRevision ?? 0),
    }));
    return watchEntries(rawView(etcd), prefix, 'watchInstances').pipe(
      map(({ entries, cause }) => {
        const all = [...entries].map(([key, entry]) => found(key.slice(prefix.length), entry));
        const known = all
          .filter((it): it is typeof it & { instance: ServiceInstance<P> } => it.instance !== undefined)
          .sort((a, b) => Number(a.token - b.token));
        return {
          instances: known.map(({ instance }) => instance),
          tokens: new Map(known.map(({ instance, token }) => [instance.id, token])),
          unreadable: all.filter(({ instance }) => instance === undefined).map((it) => it.name),
          ...freshness(cause),
        };
      })
    );
  });
}

/**
 * The names of all services with an instance, in the order of the alphabet, now and after every change. Nothing is
 * emitted while the list is in doubt. **Completes** and **errors** as `watchInstances` does.
 */
export function watchServices(etcd: Pick<LockClient<never>, 'with'>, name: string): Observable<readonly string[]> {
  return defer(() => {
    const prefix = `${checkName(name)}/`;
    return watchEntries(rawView(etcd), prefix, 'watchServices').pipe(
      filter(({ stale }) => !stale),
      map(({ entries }) => [
        ...new Set([...entries.keys()].map((key) => key.slice(prefix.length).split('/', 1)[0]!).sort()),
      ]),
      distinctUntilChanged(sameElements)
    );
  });
}
