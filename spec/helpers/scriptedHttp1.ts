import { type Observable, concat, NEVER, of } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../lib/core/endpoint.js';
import { ConnectError, ConnectionLostError, type CoordinationError } from '../../lib/core/errors.js';
import type {
  Http1Client,
  Http1Headers,
  Http1Listener,
  Http1Request,
  Http1Stream,
} from '../../lib/core/http1Client.js';

/** A request that the script answers, or leaves. */
export class ScriptedRequest {
  /** `host:port`. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Http1Headers;
  body = '';
  cancelled = false;
  sent = true;
  readonly #listener: Http1Listener;

  constructor(endpoint: Endpoint, { method, path, headers = {} }: Http1Request, listener: Http1Listener) {
    this.at = formatEndpoint(endpoint);
    this.method = method;
    this.path = path;
    this.headers = headers;
    this.#listener = listener;
  }

  /** The head of an answer. */
  head(status = 200, headers: Http1Headers = {}): void {
    if (!this.cancelled) this.#listener.headers(status, headers);
  }

  /** The rest of an answer. */
  end(body: object | string = ''): void {
    if (this.cancelled) return;
    if (body !== '') this.#listener.data(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
    if (!this.cancelled) this.#listener.ended(undefined);
  }

  /** A whole answer. */
  reply(status: number, body: object | string = '', headers: Http1Headers = {}): void {
    this.head(status, headers);
    this.end(body);
  }

  /** The connection does not come about. */
  refuse(): void {
    this.sent = false;
    this.fail(new ConnectError(`cannot connect to ${this.at}`));
  }

  /** The connection breaks. */
  cut(): void {
    this.fail(new ConnectionLostError(`${this.at}: cut`, 'unknown'));
  }

  fail(error: CoordinationError): void {
    if (!this.cancelled) this.#listener.ended(error);
  }
}

/** A client of HTTP/1.1 without a network. Looks at the health are answered by {@link healthy}. */
export class ScriptedHttp1 implements Http1Client {
  /** All requests but looks at the health. */
  readonly asked: ScriptedRequest[] = [];
  /** How often the health of a member was looked at. */
  looks = 0;
  /** Whether a member is well; `undefined`: it does not answer. */
  healthy: (at: string) => boolean | undefined = () => true;
  answer: (request: ScriptedRequest) => void = () => undefined;

  /** For the option `transport`. */
  readonly transport = (): Observable<Http1Client> => concat(of(this), NEVER);

  request(endpoint: Endpoint, request: Http1Request, listener: Http1Listener): Http1Stream {
    const it = new ScriptedRequest(endpoint, request, listener);
    return {
      get sent() {
        return it.sent;
      },
      write: () => true,
      finish: (body = '') => {
        it.body = body.toString();
        if (it.path === '/health') return this.#look(it);
        this.asked.push(it);
        this.answer(it);
      },
      cancel: () => (it.cancelled = true),
      hold: () => undefined,
      release: () => undefined,
    };
  }

  #look(it: ScriptedRequest): void {
    this.looks++;
    const healthy = this.healthy(it.at);
    if (healthy !== undefined) it.reply(healthy ? 200 : 503, { health: `${healthy}` });
  }
}
