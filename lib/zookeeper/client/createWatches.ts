import { type Observable, defer } from 'rxjs';
import type { Codec } from '../../core/codecs.js';
import { chrooted } from '../filters/chrooted.js';
import { checkPath } from '../path.js';
import { checkWatches } from '../protocol/ops/watches.js';
import type { Exchange } from '../session/exchange.js';
import { ofOpen } from '../watch/closed.js';
import { type TreeOptions, type WatchedTree, watchTree } from '../watch/tree/watchTree.js';
import { watchChildren } from '../watch/watchChildren.js';
import { watchEvents } from '../watch/watchEvents.js';
import { watchNode } from '../watch/watchNode.js';
import { badOptions } from './badOptions.js';
import type { Base } from './base.js';
import type { ZooKeeper } from './zooKeeper.js';

/** The parts of a view that its watches need. */
interface Ground {
  readonly base: Pick<Base, 'session' | 'settings' | 'exchange' | 'cells' | 'pins'>;
  readonly root: string;
  /** With the root and the defaults of the view. */
  readonly exchange: Exchange;
  readonly codec: Codec<unknown> | undefined;
  readonly here: Parameters<typeof ofOpen>[0];
  /** The path on the server. */
  full(path: string): string;
}

type Watches = 'watch' | 'watchTree' | 'watchChildren' | 'events' | 'addWatch' | 'removeWatches' | 'checkWatches';

/** The methods that watch, as a part of the table of `createClient`. */
export function createWatches({ base, root, exchange, codec, here, full }: Ground) {
  /** These send no operation, which would check its path itself. */
  const checked = (operation: string, path: string) => {
    checkPath(path, 'path', operation);
    return full(path);
  };
  return {
    watch: <T>(path: string, options?: { readonly codec: Codec<T> }): Observable<never> =>
      badOptions('watch', options, path) ??
      (defer(() => watchNode(base.cells, checked('watch', path), options?.codec ?? codec, path)).pipe(
        ofOpen(here, 'value', { operation: 'watch', path })
      ) as Observable<never>),
    watchTree: (path: string, options: TreeOptions<unknown> = {}): WatchedTree<never> =>
      watchTree(
        { session: base.session, exchange: chrooted(root)(base.exchange), scheduler: base.settings.scheduler, root },
        path,
        codec === undefined ? options : { codec: codec, ...options }
      ) as WatchedTree<never>,
    watchChildren: (path) =>
      defer(() => watchChildren(base.cells, checked('watchChildren', path), path)).pipe(
        ofOpen(here, 'value', { operation: 'watchChildren', path })
      ),
    events: (path, options = {}) =>
      badOptions('events', options, path) ??
      defer(() =>
        watchEvents(
          { session: base.session, exchange: base.exchange, scheduler: base.settings.scheduler },
          checked('events', path),
          options,
          root
        )
      ).pipe(ofOpen(here, 'presence', { operation: 'events', path })),
    addWatch: (path, mode = 'persistent', options) =>
      badOptions('addWatch', options, path) ??
      defer(() => (checkPath(path, 'path', 'addWatch'), base.pins.add(exchange, root, path, mode, options))),
    removeWatches: (path, type = 'any', options) =>
      badOptions('removeWatches', options, path) ??
      defer(() => (checkPath(path, 'path', 'removeWatches'), base.pins.remove(exchange, root, path, type, options))),
    checkWatches: (path, type = 'any', options) =>
      badOptions('checkWatches', options, path) ?? exchange(checkWatches, { path, type }, options),
  } satisfies Pick<ZooKeeper<never>, Watches>;
}
