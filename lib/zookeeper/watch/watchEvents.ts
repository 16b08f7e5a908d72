import { Observable } from 'rxjs';
import { situated } from '../../core/errors.js';
import { checkPath, outOfChroot } from '../path.js';
import { exists } from '../protocol/ops/exists.js';
import type { NodeEvent } from '../protocol/event.js';
import { FEW } from '../session/pauseAfter.js';
import type { SessionListener } from '../session/sessionListener.js';
import type { Watcher } from '../session/watchedPath.js';
import type { CellGround } from './cell.js';
import { endedBy } from './closed.js';

/** How far `events` reaches. */
export interface EventsOptions {
  /** Also everything below the path. Needs a server of version 3.6. Default `false`. */
  readonly recursive?: boolean;
}

/** The events of a path. See `ZooKeeper.events`. */
export function watchEvents(
  { session, exchange }: CellGround,
  path: string,
  { recursive = false }: EventsOptions,
  root: string
): Observable<NodeEvent> {
  return new Observable((subscriber) => {
    checkPath(path);
    if (endedBy(session.streams.state, subscriber)) return;
    const tell = (event: NodeEvent) => {
      // the same events for the nodes below, also beside other watches: no list of children, and for a gap the one
      // `resync`
      if (recursive && (event.type === 'childrenChanged' || session.streams.state.kind !== 'connected')) return;
      subscriber.next(root === '' ? event : { ...event, path: outOfChroot(root, event.path) });
    };
    const watcher: Watcher = {
      wants: recursive ? { recursive } : { data: true, children: true },
      event: tell,
      refused: (error, { refusals, stood }) => (refusals >= FEW && !stood ? subscriber.error(error) : undefined),
      unable: (error) => subscriber.error(situated(error, { path: outOfChroot(root, path) })),
    };
    const entry = session.watches.add(path, watcher);
    let asked = false;
    let blind = false; // there is no link, and the next one will not report missed changes
    const look = () => {
      if (recursive || session.streams.state.kind !== 'connected') return;
      asked = true;
      // whether the node exists decides how its watch catches up after a reconnect
      subscriber.add(
        exchange(exists, path).subscribe({
          next: (stat) => void (entry.exists = stat !== null),
          error: () => undefined,
        })
      );
    };
    const listener: SessionListener = {
      suspended: () => void (blind ||= asked && entry.exists === undefined),
      resumed: () => {
        if (recursive || blind) tell({ type: 'resync', path });
        blind = false;
        if (entry.exists === undefined) look();
      },
      ended: (error) => (error === undefined ? subscriber.complete() : subscriber.error(error)),
    };
    session.listeners.add(listener);
    subscriber.add(() => {
      session.listeners.delete(listener);
      session.watches.remove(entry, watcher);
    });
    look();
  });
}
