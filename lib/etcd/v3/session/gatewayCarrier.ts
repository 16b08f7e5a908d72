import { Observable, ReplaySubject } from 'rxjs';
import type { Endpoint } from '../../../core/endpoint.js';
import type { CoordinationError } from '../../../core/errors.js';
import type { Http1Client, Http1Headers } from '../../../core/http1Client.js';
import type { CallContext, CallListener, Carrier, Metadata, OpenCall } from '../carrier.js';
import { type Method, status as statusMethod } from '../protocol/methods.js';
import { GatewayCall } from './gatewayCall.js';
import type { MessageLimits } from './carriedCall.js';

/** Calls over the JSON gateway of one member. Each has a connection of HTTP/1.1 to itself while it is under way. */
export class GatewayCarrier implements Carrier {
  readonly end$: Observable<never>;
  readonly #client: Http1Client;
  readonly #endpoint: Endpoint;
  readonly #prefix: string;
  readonly #limits: MessageLimits;
  readonly #end$ = new ReplaySubject<never>(1);

  /** @param prefix of all paths, as in `/v3` */
  constructor(client: Http1Client, endpoint: Endpoint, prefix: string, limits: MessageLimits) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#prefix = prefix;
    this.#limits = limits;
    this.end$ = this.#end$;
  }

  call<Q, R>(method: Method<Q, R>, metadata: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q> {
    const lost = (error: CoordinationError) => this.#end$.error(error);
    const call = new GatewayCall(method, context, listener, this.#limits, lost);
    const request = {
      method: 'POST',
      path: `${this.#prefix}${method.gateway}`,
      headers: headersOf(metadata, method.isStream),
    };
    call.stream = this.#client.request(this.#endpoint, request, call);
    return call;
  }

  ping(): Observable<never> {
    return new Observable((subscriber) => {
      const call = this.call(
        statusMethod,
        {},
        { operation: 'ping' },
        {
          message() {},
          // a refusal is a sign of life too
          ended: (error) => (error?.layer === 'transport' ? subscriber.error(error) : subscriber.complete()),
        }
      );
      call.send({});
      call.finish();
      return () => call.cancel();
    });
  }
}

/** The headers of a call, which the gateway hands on as metadata. */
function headersOf({ token, hasleader }: Metadata, isStream: boolean): Http1Headers {
  return {
    'content-type': 'application/json',
    // on a connection to be kept, Go's server reads the whole request before it begins to answer
    ...(isStream && { connection: 'close' }),
    ...(token !== undefined && { authorization: token }),
    ...(hasleader !== undefined && { 'grpc-metadata-hasleader': hasleader }),
  };
}
