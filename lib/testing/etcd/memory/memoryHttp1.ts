import { Observable, type SchedulerLike } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectError, ConnectionLostError, type CoordinationError } from '../../../core/errors.js';
import type { Http1Client, Http1Listener, Http1Request, Http1Stream } from '../../../core/http1Client.js';
import { HeldActs } from '../../host/heldActs.js';
import type { EtcdCore } from '../etcdCore.js';
import { HttpCall } from '../v2/request/httpCall.js';

/**
 * A client of HTTP/1.1 that leads to a cluster in this process, without a socket. Messages take `latency` milliseconds
 * of the scheduler's time.
 */
export function memoryHttp1(core: EtcdCore, latency: number): Observable<Http1Client> {
  return new Observable((subscriber) => {
    const streams = new Set<MemoryRequest>();
    subscriber.next({
      request(endpoint, request, listener) {
        const stream = new MemoryRequest(core, latency, { endpoint, ...request }, listener, () =>
          streams.delete(stream)
        );
        streams.add(stream);
        return stream;
      },
    });
    return () => [...streams].forEach((stream) => stream.cancel());
  });
}

/** One request, over a connection of its own. */
class MemoryRequest implements Http1Stream {
  readonly #core: EtcdCore;
  readonly #scheduler: SchedulerLike;
  readonly #latency: number;
  readonly #request: Http1Request & { readonly endpoint: Endpoint };
  readonly #done: () => void;
  readonly #body: Buffer[] = [];
  readonly #arriving = new HeldActs();
  #listener: Http1Listener | undefined;
  #end = () => {};
  #sent = false;

  constructor(
    core: EtcdCore,
    latency: number,
    request: Http1Request & { readonly endpoint: Endpoint },
    listener: Http1Listener,
    done: () => void
  ) {
    this.#core = core;
    this.#scheduler = core.settings.scheduler;
    this.#latency = latency;
    this.#request = request;
    this.#listener = listener;
    this.#done = done;
  }

  get sent(): boolean {
    return this.#sent;
  }

  write(bytes: Uint8Array | string): boolean {
    this.#body.push(Buffer.from(bytes));
    return true;
  }

  finish(bytes: Uint8Array | string = ''): void {
    this.write(bytes);
    this.#later(() => this.#open());
  }

  cancel(): void {
    this.#listener = undefined;
    this.#done();
    this.#later(() => this.#end());
  }

  hold(): void {
    this.#arriving.hold();
  }

  release(): void {
    this.#arriving.release();
  }

  /** The request has reached the server. */
  #open(): void {
    if (this.#listener === undefined) return;
    const { endpoint, method, path, headers = {} } = this.#request;
    const at = formatEndpoint(endpoint);
    const member = this.#core.members.find(({ port }) => port === endpoint.port);
    if (member?.accepting !== true) return this.#finish(new ConnectError(`${at} refused`));
    this.#sent = true;
    const lost = () => new ConnectionLostError(`${at}: the server closed the connection`, 'unknown');
    const connection = {
      cut: () => {
        this.#end();
        this.#arrives(() => this.#finish(lost()));
      },
    };
    const call = new HttpCall(
      { core: this.#core, member },
      {
        head: (status, names) => this.#arrives((it) => it.headers(status, lowered(names))),
        data: (text) => this.#arrives((it) => it.data(Buffer.from(text))),
        end: () => {
          this.#end();
          this.#arrives(() => this.#finish(undefined));
        },
        cut: () => connection.cut(),
      }
    );
    member.connections.add(connection);
    this.#end = () => {
      member.connections.delete(connection);
      call.left();
      this.#end = () => {};
    };
    call.serve({ method, url: path, headers, body: Buffer.concat(this.#body) });
  }

  #finish(error: CoordinationError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#done();
    listener?.ended(error);
  }

  /** Something reaches the client: in order, and not while it holds it back. */
  #arrives(act: (listener: Http1Listener) => void): void {
    const tell = () => this.#listener !== undefined && act(this.#listener);
    this.#later(() => this.#arriving.pass(tell));
  }

  #later(act: () => void): void {
    this.#scheduler.schedule(act, this.#latency);
  }
}

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
