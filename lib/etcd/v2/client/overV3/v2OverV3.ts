import { utf8 } from '../../../../core/codecs.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import { ValueCodec } from '../../protocol/valueCodec.js';
import type { Backing } from '../backing.js';
import { createClient } from '../createClient.js';
import type { EtcdV2 } from '../etcdV2.js';
import { v3Changes } from './v3Changes.js';
import { v3Cluster } from './v3Cluster.js';
import { v3Keys } from './v3Keys.js';

/**
 * The methods of version 2 on a client of version 3, for servers that have no v2 API: those from 3.6 on. The key `/a/b`
 * is `/a/b` in version 3. A directory is there while there are keys below it, or after `mkdir`. An index is a revision.
 * `docs/etcd.md` lists what differs.
 *
 * It has the connection, the members and the options of the client that it is given, and closes it with `close`.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx/etcd';
 * import { v2OverV3 } from 'quorum-rx/etcd/v2';
 *
 * const etcd = v2OverV3(await open('10.0.0.1,10.0.0.2,10.0.0.3'));
 * etcd.set('/message', 'Hello world', { ttl: 60 }).subscribe(({ node }) => console.log(node?.modifiedIndex));
 * etcd.watch('/message').subscribe(({ kind, value }) => console.log(kind, value));
 * ```
 */
export function v2OverV3<K, V>(etcd: Etcd<K, V>): EtcdV2 {
  return createClient(backingOver(etcd.with({ key: utf8, value: utf8 })), new ValueCodec(utf8, 'text'), {});
}

function backingOver(view: Etcd<string, string>): Backing {
  return {
    state$: view.state$,
    get state() {
      return view.state;
    },
    diagnostics$: view.diagnostics$,
    stats: () => view.stats(),
    stats$: view.stats$,
    scheduler: view.scheduler,
    use: (filter) => backingOver(view.use(filter)),
    keys: (request, context, options) => v3Keys(view, request, context, options),
    ...v3Changes(view),
    cluster: (defaults) => v3Cluster(view, defaults),
    close: () => view.close(),
  };
}
