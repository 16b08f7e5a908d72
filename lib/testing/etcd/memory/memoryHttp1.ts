import { Observable } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectError, ConnectionLostError, type CoordinationError } from '../../../core/errors.js';
import type { Http1Client, Http1Listener, Http1Request, Http1Stream } from '../../../core/http1Client.js';
import { HeldActs } from '../../host/heldActs.js';
import type { EtcdCore } from '../etcdCore.js';
import type { EtcdServerOptions } from '../etcdServerOptions.js';
import { HttpCall } from '../v2/request/httpCall.js';
import type { LineEnds, MemoryLine } from './memoryLine.js';

/** Gives a request its line. An error: the connection is refused; `undefined`: it is neither made nor refused. */
export type DialV2 = (endpoint: Endpoint) => MemoryLine | ConnectError | undefined;

/** A request, and the member that it is for. */
interface Asked extends Http1Request {
  readonly endpoint: Endpoint;
}

/**
 * A client of HTTP/1.1 that leads to a cluster in this process, without a socket.
 *
 * @param faults the faults of the requests of this client
 */
export function memoryHttp1(
  core: EtcdCore,
  dial: DialV2,
  faults: EtcdServerOptions['faults'] = core.settings.faults
): Observable<Http1Client> {
  return new Observable((subscriber) => {
    const streams = new Set<MemoryRequest>();
    subscriber.next({
      request(endpoint, request, listener) {
        const line = dial(endpoint);
        const way = line instanceof ConnectError ? undefined : line;
        const done = () => void streams.delete(stream);
        const stream: MemoryRequest = new MemoryRequest(core, way, faults, { endpoint, ...request }, listener, done);
        streams.add(stream);
        if (line instanceof ConnectError) core.settings.scheduler.schedule(() => stream.fail(line));
        return stream;
      },
    });
    return () => [...streams].forEach((stream) => stream.cancel());
  });
}

/** One request, over a connection of its own. */
class MemoryRequest implements Http1Stream, LineEnds {
  readonly #core: EtcdCore;
  readonly #line: MemoryLine | undefined;
  readonly #faults: EtcdServerOptions['faults'];
  readonly #request: Asked;
  readonly #done: () => void;
  readonly #body: Buffer[] = [];
  readonly #arriving = new HeldActs();
  #listener: Http1Listener | undefined;
  #sent = false;
  #left = false; // the member's end
  #end = () => {};

  constructor(
    core: EtcdCore,
    line: MemoryLine | undefined,
    faults: EtcdServerOptions['faults'],
    request: Asked,
    listener: Http1Listener,
    done: () => void
  ) {
    this.#core = core;
    this.#line = line;
    this.#faults = faults;
    this.#request = request;
    this.#listener = listener;
    this.#done = done;
    line?.carries?.(this);
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
    if (this.#line === undefined) return;
    this.#sent = true;
    const body = Buffer.concat(this.#body);
    this.#line.toServer(body.length, () => this.#open(body));
  }

  /** What was sent before still arrives. */
  cancel(): void {
    this.#line?.toServer(0, () => this.leave());
    this.#over();
  }

  hold(): void {
    this.#arriving.hold();
  }

  release(): void {
    this.#arriving.release();
  }

  /** The member notices that the connection has ended. */
  leave(): void {
    this.#left = true;
    this.#end();
  }

  /** The client notices that the connection has ended. */
  lose(): void {
    const at = formatEndpoint(this.#request.endpoint);
    this.fail(new ConnectionLostError(`${at}: the server closed the connection`, 'unknown'));
  }

  /** The client notices that the member takes no more requests. This one goes on. */
  goAway(): void {}

  /** There is no answer. */
  fail(error: CoordinationError): void {
    this.#over()?.ended(error);
  }

  /** The request has reached the server. */
  #open(body: Buffer): void {
    if (this.#left) return;
    const { endpoint, method, path, headers = {} } = this.#request;
    const member = this.#core.members.find(({ port }) => port === endpoint.port);
    if (member?.accepting !== true) {
      const refused = new ConnectError(`${formatEndpoint(endpoint)} refused`);
      return this.#line!.toClient(0, () => this.fail(refused));
    }
    const connection = {
      cut: () => {
        this.leave();
        this.#line!.toClient(0, () => this.#arriving.pass(() => this.lose()));
      },
    };
    const call = new HttpCall(
      { core: this.#core, member },
      {
        head: (status, names) => this.#arrives(0, (it) => it.headers(status, lowered(names))),
        data: (text) => this.#arrives(Buffer.byteLength(text), (it) => it.data(Buffer.from(text))),
        end: () => {
          this.leave();
          this.#arrives(0, () => this.#over()?.ended(undefined));
        },
        cut: () => connection.cut(),
      },
      this.#faults
    );
    member.connections.add(connection);
    this.#end = () => {
      member.connections.delete(connection);
      call.left();
      this.#end = () => {};
    };
    call.serve({ method, url: path, headers, body });
  }

  /** The end of the request for the client. Returns the listener, if it has not heard of an end. */
  #over(): Http1Listener | undefined {
    const listener = this.#listener;
    if (listener === undefined) return undefined;
    this.#listener = undefined;
    this.#done();
    this.#line?.leave?.();
    return listener;
  }

  /** Something reaches the client: in order, and not while it holds it back. */
  #arrives(bytes: number, act: (listener: Http1Listener) => void): void {
    const tell = () => this.#listener !== undefined && act(this.#listener);
    this.#line!.toClient(bytes, () => this.#arriving.pass(tell));
  }
}

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
