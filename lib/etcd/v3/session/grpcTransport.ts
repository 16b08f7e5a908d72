import { map } from 'rxjs';
import type { Meter } from '../../../client/meter.js';
import { http2 } from '../../../http2/http2.js';
import type { EtcdTransport, Settings } from '../options.js';
import { GrpcCarrier } from './grpcCarrier.js';

/** Calls over gRPC, on a connection of HTTP/2 to each member. */
export function grpcTransport(settings: Settings, meter: Meter): EtcdTransport {
  return (endpoint) => http2(endpoint, settings.tls, meter).pipe(map((link) => new GrpcCarrier(link, settings)));
}
