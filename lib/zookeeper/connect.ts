import { Observable, isObservable, map, of } from 'rxjs';
import { parseServers } from '../core/connectString.js';
import type { Endpoint } from '../core/endpoint.js';
import type { Opening } from '../client/owned.js';
import { Closing } from './client/closing.js';
import { createClient } from './client/createClient.js';
import { UserWatches } from './client/userWatches.js';
import type { ZooKeeper } from './client/zooKeeper.js';
import { type ConnectOptions, settingsOf } from './options.js';
import { exchangeOver } from './session/exchange.js';
import { PassedChecks } from './session/passedChecks.js';
import { Session } from './session/session.js';
import { WatchCells } from './watch/watchCells.js';

/**
 * Where the servers are: `'h1:2181,h2,[::1]:2182/chroot'`, the same as an array, or a stream of lists, of which the
 * newest counts. A list that names no usable server is passed over, and `diagnostics$` says so. When a list changes,
 * clients move so that the load evens out, as Apache's do.
 */
export type ServerList = string | readonly string[] | Observable<readonly Endpoint[]>;

/**
 * Opens a session with a ZooKeeper ensemble, and keeps it for as long as you are subscribed.
 *
 * - **Emits** the client, at once: requests wait for the connection. It stays the same over lost links and lost
 *   sessions.
 * - **Completes** when the client is closed with `close()`.
 * - **Errors** with a `UsageError` about an argument; with a `SessionError` when authentication fails, or when the
 *   session is lost and `onExpiry` is `'error'`. A server that cannot be reached is no error: it is tried again.
 * - **Unsubscribing** ends the session: its ephemerals go. That takes at most `closeTimeout` in the background.
 *
 * **Each subscription opens a session of its own.** To use one client in many places, share the Observable, as in the
 * second example, or own a client with `open`.
 *
 * @example
 * ```ts
 * import { connect } from 'quorum-rx';
 * import { switchMap } from 'rxjs';
 *
 * const subscription = connect('zk1:2181,zk2:2181,zk3:2181/app')
 *   .pipe(switchMap((zk) => zk.watch('/config')))
 *   .subscribe((node) => console.log(node.kind, node.stale));
 * subscription.unsubscribe();
 * ```
 *
 * @example
 * ```ts
 * import { connect } from 'quorum-rx';
 * import { ReplaySubject, share, switchMap } from 'rxjs';
 *
 * const zk$ = connect('zk1:2181').pipe(share({ connector: () => new ReplaySubject(1) })); // one session for all
 * zk$.pipe(switchMap((zk) => zk.watch('/config'))).subscribe();
 * zk$.pipe(switchMap((zk) => zk.watchChildren('/workers'))).subscribe(); // the last one to leave ends the session
 * ```
 */
export function connect(servers: ServerList, options: ConnectOptions = {}): Observable<ZooKeeper> {
  return opening(servers, options).pipe(map(({ client }) => client));
}

/** As {@link connect}, with the reason why there is no connection yet. */
export function opening(servers: ServerList, options: ConnectOptions): Observable<Opening<ZooKeeper>> {
  return new Observable((subscriber) => {
    const settings = settingsOf(options);
    const { servers$, chroot } = listOf(servers);
    const session = new Session(servers$, settings);
    const { outbox, deadlines, meter } = session;
    const { scheduler, callSites } = settings;
    const origin = { outbox, deadlines, meter, passed: new PassedChecks(), scheduler, callSites };
    const exchange = exchangeOver(origin, settings.use);
    const cells = new WatchCells({ session, exchange, scheduler });
    subscriber.add(() => void session.close(false));
    const client = createClient<Uint8Array | null>(
      {
        session,
        settings,
        origin,
        exchange,
        filters: settings.use,
        cells,
        pins: new UserWatches(session.watches),
        closing: new Closing(session),
      },
      chroot
    );
    subscriber.next({ client, trouble: session.outbox.trouble });
    // not the subscriber's to end: closing takes a moment longer than it stays
    session.life$.subscribe({
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });
}

function listOf(servers: ServerList): { readonly servers$: Observable<readonly Endpoint[]>; readonly chroot: string } {
  if (isObservable(servers)) return { servers$: servers, chroot: '' };
  const { endpoints, chroot } = parseServers(servers);
  return { servers$: of(endpoints), chroot };
}
