import { Observable, concatMap, defer, filter, from, map, switchMap, take, throwIfEmpty } from 'rxjs';
import { countedHttp1 } from '../../../client/countedHttp1.js';
import type { Meter } from '../../../client/meter.js';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectError } from '../../../core/errors.js';
import type { Http1Client } from '../../../core/http1Client.js';
import { http1 } from '../../../transport/http1.js';
import type { EtcdTransport, Settings } from '../options.js';
import { status } from '../protocol/methods.js';
import { GatewayCarrier } from './gatewayCarrier.js';

/** The prefixes of the gateway, by age: since 3.4, of 3.3, and of older servers. */
const PREFIXES = ['/v3', '/v3beta', '/v3alpha'];

/** Calls over the JSON gateway of each member, which is asked first for the prefix of its paths. */
export function gatewayTransport(settings: Settings, meter: Meter): EtcdTransport {
  const { tls, connectTimeout } = settings;
  return (endpoint) =>
    http1({ tls, connectTimeout }).pipe(
      map((client) => countedHttp1(client, meter)),
      switchMap((client) =>
        from(PREFIXES).pipe(
          concatMap((prefix) =>
            defer(() => answers(client, endpoint, prefix)).pipe(
              filter(Boolean),
              map(() => prefix)
            )
          ),
          take(1),
          throwIfEmpty(() => new ConnectError(`${formatEndpoint(endpoint)} has no JSON gateway`)),
          map((prefix) => new GatewayCarrier(client, endpoint, prefix, settings))
        )
      )
    );
}

/** Whether the gateway has this prefix. A refusal says so too, but not the page of a proxy. */
function answers(client: Http1Client, endpoint: Endpoint, prefix: string): Observable<boolean> {
  return new Observable((subscriber) => {
    let found = false;
    const request = { method: 'POST', path: `${prefix}${status.gateway}`, maxBytes: 64 * 1024 };
    const stream = client.request(endpoint, request, {
      headers: (code, headers) => (found = code !== 404 && /json/.test(headers['content-type'] ?? '')),
      data() {},
      ended(error) {
        if (error !== undefined) return subscriber.error(error);
        subscriber.next(found);
        subscriber.complete();
      },
    });
    stream.finish('{}');
    return () => stream.cancel();
  });
}
