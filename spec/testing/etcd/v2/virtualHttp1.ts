import { Subscription } from 'rxjs';
import type { CoordinationError } from '../../../../lib/core/errors.js';
import type { Http1Client } from '../../../../lib/core/http1Client.js';
import { type EmbeddedEtcd, type EtcdServerOptions, etcdInMemory } from '../../../../lib/testing/index.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

/** An answer that has come, or is coming. */
export interface HeardAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  readonly pieces: string[];
  end: { readonly error: CoordinationError | undefined } | undefined;
  cancel(): void;
}

/** The text of an answer. */
export const textOf = ({ pieces }: HeardAnswer): string => pieces.join('');

const FORM = 'application/x-www-form-urlencoded';

/** An embedded etcd in virtual time, and requests of the v2 API to its members. */
export class VirtualHttp1 {
  readonly time = new VirtualTime();
  readonly server: EmbeddedEtcd;
  readonly life = new Subscription();
  #client: Http1Client | undefined;

  constructor(options: EtcdServerOptions = {}) {
    this.server = etcdInMemory({ scheduler: this.time, ...options });
    this.life.add(
      this.server
        .transportV2()()
        .subscribe((client) => (this.#client = client))
    );
  }

  /** Begins a request. What can be answered is answered at once. */
  begin(
    method: string,
    path: string,
    body = '',
    headers: Readonly<Record<string, string>> = { 'content-type': FORM },
    member = 0
  ): HeardAnswer {
    const heard: HeardAnswer = { status: 0, headers: {}, pieces: [], end: undefined, cancel: () => stream.cancel() };
    const [host = '', port = ''] = this.server.endpoints[member]!.split(':');
    const stream = this.#client!.request(
      { host, port: Number(port) },
      { method, path, headers },
      {
        headers: (status, names) => Object.assign(heard, { status, headers: names }),
        data: (chunk) => heard.pieces.push(chunk.toString()),
        ended: (error) => (heard.end = { error }),
      }
    );
    stream.finish(body);
    this.time.advance(0);
    return heard;
  }

  /** A request that is answered at once: status and body. */
  ask(method: string, path: string, body = '', headers?: Readonly<Record<string, string>>, member = 0) {
    const heard = this.begin(method, path, body, headers, member);
    if (heard.end === undefined) throw new Error(`${method} ${path} has no answer yet`);
    return { status: heard.status, text: textOf(heard), headers: heard.headers };
  }

  /** Writes a key. @param how more fields of the form */
  put(key: string, value: string, how = ''): void {
    const { status, text } = this.ask('PUT', `/v2/keys${key}`, `value=${value}${how}`);
    if (status >= 300) throw new Error(text);
  }
}
