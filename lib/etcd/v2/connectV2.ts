import { type Observable, map } from 'rxjs';
import { openingOf } from '../../client/openingOf.js';
import type { Opening } from '../../client/owned.js';
import { utf8 } from '../../core/codecs.js';
import { http1 } from '../../transport/http1.js';
import { type Endpoints, parseEndpoints } from '../endpoints.js';
import { createClient } from './client/createClient.js';
import type { EtcdV2 } from './client/etcdV2.js';
import { httpBacking } from './client/httpBacking.js';
import { type ConnectV2Options, settingsOf } from './options.js';
import { ValueCodec } from './protocol/valueCodec.js';
import { Session } from './session/session.js';

/**
 * Connects to an etcd cluster by the API of version 2, for as long as you are subscribed.
 *
 * - **Emits** the client, at once.
 * - **Completes** when the client is closed with `close()`.
 * - **Errors** with a `UsageError` about an argument. A cluster that cannot be reached is no error: it is tried again.
 * - **Unsubscribing** closes all connections.
 *
 * **Each subscription makes a client of its own.** To use one in many places, share the Observable with RxJS's
 * `share({ connector: () => new ReplaySubject(1) })`, or own a client with `openV2`.
 *
 * @example
 * ```ts
 * import { connectV2 } from 'quorum-rx/etcd/v2';
 * import { switchMap } from 'rxjs';
 *
 * connectV2('10.0.0.1,10.0.0.2,10.0.0.3')
 *   .pipe(switchMap((etcd) => etcd.watch('/message')))
 *   .subscribe(({ kind, value, stale }) => console.log(kind, value, stale));
 * ```
 */
export function connectV2(endpoints: Endpoints, options: ConnectV2Options = {}): Observable<EtcdV2> {
  return opening(endpoints, options).pipe(map(({ client }) => client));
}

/** As {@link connectV2}, with the reason why no member serves yet. */
export function opening(endpoints: Endpoints, options: ConnectV2Options): Observable<Opening<EtcdV2>> {
  return openingOf(
    () => {
      const addresses = parseEndpoints(endpoints);
      const given = settingsOf(options);
      const { transport } = given;
      const settings =
        addresses.secure && given.tls === undefined && transport === undefined ? { ...given, tls: {} } : given;
      const { tls, connectTimeout } = settings;
      return new Session(addresses.endpoints, settings, transport ?? (() => http1({ tls, connectTimeout })));
    },
    (session, close) => createClient(httpBacking(session, close), new ValueCodec(utf8, 'text'), {})
  );
}
