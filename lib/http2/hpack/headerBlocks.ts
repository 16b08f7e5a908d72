import type { Http2Headers } from '../../core/http2Link.js';
import { headerBlock } from './headerBlock.js';

/** The blocks of headers of the requests of one connection, written once for each path and each object of headers. */
export class HeaderBlocks {
  readonly #common: Http2Headers;
  readonly #blocks = new WeakMap<Http2Headers, Map<string, Buffer>>();

  /** @param url scheme, host and port, as `http://10.0.0.1:2379` */
  constructor(url: string) {
    const [scheme, authority] = url.split('://') as [string, string];
    this.#common = { ':method': 'POST', ':scheme': scheme, ':authority': authority };
  }

  of(path: string, headers: Http2Headers): Buffer {
    let blocks = this.#blocks.get(headers);
    if (blocks === undefined) this.#blocks.set(headers, (blocks = new Map<string, Buffer>()));
    let block = blocks.get(path);
    if (block === undefined) blocks.set(path, (block = headerBlock({ ...this.#common, ':path': path, ...headers })));
    return block;
  }
}
