import type { Http1Client } from '../core/http1Client.js';
import type { Meter } from './meter.js';

/** The same client of HTTP/1.1, which counts the bytes of bodies. */
export function countedHttp1(client: Http1Client, meter: Meter): Http1Client {
  const sending = (bytes: Uint8Array | string | undefined) => {
    if (bytes !== undefined) meter.sent(typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength);
  };
  return {
    request(endpoint, request, listener) {
      const stream = client.request(endpoint, request, {
        headers: (status, headers) => listener.headers(status, headers),
        data(chunk) {
          meter.add('bytesIn', chunk.byteLength);
          listener.data(chunk);
        },
        drained: () => listener.drained?.(),
        ended: (error) => listener.ended(error),
      });
      return {
        get sent() {
          return stream.sent;
        },
        write(bytes) {
          sending(bytes);
          return stream.write(bytes);
        },
        finish(bytes) {
          sending(bytes);
          stream.finish(bytes);
        },
        cancel: () => stream.cancel(),
        hold: () => stream.hold(),
        release: () => stream.release(),
      };
    },
  };
}
