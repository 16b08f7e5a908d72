import { firstValueFrom } from 'rxjs';
import type { CoordinationError } from '../../lib/core/errors.js';
import type { Draft } from '../../lib/etcd/v3/protocol/message.js';
import type { Method } from '../../lib/etcd/v3/protocol/methods.js';
import type { Carrier, Metadata, OpenCall } from '../../lib/etcd/v3/carrier.js';
import { GrpcCarrier } from '../../lib/etcd/v3/session/grpcCarrier.js';
import { http2 } from '../../lib/http2/http2.js';
import { meterFor } from './meterFor.js';

const LIMIT = 64 * 2 ** 20;

export const bytes = (text: string) => Buffer.from(text);

/** A call that is under way, with all that was heard of it. */
export interface HeardCall<Q, R> extends OpenCall<Q> {
  readonly messages: readonly R[];
  /** The end, once there is one: `undefined` for a good one. */
  readonly end: { readonly error: CoordinationError | undefined } | undefined;
}

/** Calls over a carrier. */
export class EtcdCalls {
  readonly carrier: Carrier;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  /** The one answer to one message. */
  ask<Q, R>(method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): Promise<R> {
    return new Promise((done, failed) => {
      let answer: R | undefined;
      const call = this.carrier.call(
        method,
        metadata,
        { operation: 'ask' },
        {
          message: (it) => (answer = it),
          ended: (error) => (error === undefined ? done(answer!) : failed(error)),
        }
      );
      call.send(message);
      call.finish();
    });
  }

  /** The words of the refusal, or `done`. */
  async refused<Q, R>(method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): Promise<string> {
    return this.ask(method, message, metadata).then(
      () => 'done',
      (error: CoordinationError) => `${error.code}: ${/\((.*)\)$/.exec(error.message)?.[1] ?? error.message}`
    );
  }

  /** A stream of messages in both directions. */
  open<Q, R>(method: Method<Q, R>, metadata: Metadata = {}, heard?: (message: R) => void): HeardCall<Q, R> {
    const messages: R[] = [];
    let end: HeardCall<Q, R>['end'];
    const call = this.carrier.call(
      method,
      metadata,
      { operation: 'open' },
      {
        message(it) {
          messages.push(it);
          heard?.(it);
        },
        ended: (error) => (end = { error }),
      }
    );
    return {
      messages,
      get end() {
        return end;
      },
      send: (message) => call.send(message),
      finish: () => call.finish(),
      cancel: () => call.cancel(),
      hold: () => call.hold(),
      release: () => call.release(),
    };
  }
}

/** Connects to a server over gRPC. The connection lasts until `close`. */
export async function dialEtcd(endpoint: string): Promise<EtcdCalls & { close(): void }> {
  const [host = '', port = ''] = endpoint.split(':');
  let close = () => {};
  const carrier = await new Promise<Carrier>((done, failed) => {
    const link = http2({ host, port: Number(port) }, undefined, meterFor()).subscribe({
      next: (it) => done(new GrpcCarrier(it, { maxRequestBytes: LIMIT, maxReplyBytes: LIMIT })),
      error: failed,
    });
    close = () => link.unsubscribe();
  });
  void firstValueFrom(carrier.end$).catch(() => {});
  return Object.assign(new EtcdCalls(carrier), { close });
}
