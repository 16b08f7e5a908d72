import { type Observable, map } from 'rxjs';
import { openingOf } from '../../client/openingOf.js';
import { Meter } from '../../client/meter.js';
import type { Opening } from '../../client/owned.js';
import { type Codec, bytes, utf8 } from '../../core/codecs.js';
import { type Endpoints, parseEndpoints } from '../endpoints.js';
import { createClient } from './client/createClient.js';
import type { Etcd } from './client/etcd.js';
import { ViewCodec } from './client/viewCodec.js';
import { type ConnectOptions, type EtcdTransport, type Settings, settingsOf } from './options.js';
import { gatewayTransport } from './session/gatewayTransport.js';
import { grpcTransport } from './session/grpcTransport.js';
import { Session } from './session/session.js';
import { WatchHub } from './watch/watchHub.js';

/**
 * Connects to an etcd cluster, for as long as you are subscribed.
 *
 * - **Emits** the client, at once: requests wait for a member. It stays the same when the connection moves.
 * - **Completes** when the client is closed with `close()`.
 * - **Errors** with a `UsageError` about an argument, also later, when the `transport` proves to be invalid. A cluster
 *   that cannot be reached is no error: it is tried again.
 * - **Unsubscribing** closes all connections.
 *
 * **Each subscription makes a client of its own.** To use one in many places, share the Observable with RxJS's
 * `share({ connector: () => new ReplaySubject(1) })`, or own a client with `open`.
 *
 * @example
 * ```ts
 * import { connect } from 'quorum-rx/etcd';
 * import { concatMap } from 'rxjs';
 *
 * connect('10.0.0.1,10.0.0.2,10.0.0.3')
 *   .pipe(concatMap((etcd) => etcd.get('config')))
 *   .subscribe((found) => console.log(found?.value.length));
 * ```
 */
export function connect(endpoints: Endpoints, options: ConnectOptions = {}): Observable<Etcd> {
  return opening(endpoints, options).pipe(map(({ client }) => client));
}

/** As {@link connect}, with the reason why there is no connection yet. */
export function opening(endpoints: Endpoints, options: ConnectOptions): Observable<Opening<Etcd>> {
  return openingOf(
    () => {
      const addresses = parseEndpoints(endpoints);
      const given = settingsOf(options);
      const settings = addresses.secure && given.tls === undefined ? { ...given, tls: {} } : given;
      const meter = new Meter('etcd', settings.scheduler);
      return new Session(addresses.endpoints, settings, transportOf(settings, meter), meter);
    },
    (session, close) => {
      const code = new ViewCodec(utf8, bytes as Codec<Uint8Array>, new Uint8Array(0));
      return createClient({ session, hub: new WatchHub(session), close }, code, {});
    }
  );
}

function transportOf(settings: Settings, meter: Meter): EtcdTransport {
  const { transport } = settings;
  if (typeof transport === 'function') return transport;
  return transport === 'grpc' ? grpcTransport(settings, meter) : gatewayTransport(settings, meter);
}
