import type { CoordinationError } from '../../../lib/core/errors.js';
import type { Draft } from '../../../lib/etcd/v3/protocol/message.js';
import { type Method, put, range } from '../../../lib/etcd/v3/protocol/methods.js';
import type { Carrier, Metadata } from '../../../lib/etcd/v3/carrier.js';
import { type EmbeddedEtcd, type EtcdServerOptions, etcdInMemory } from '../../../lib/testing/index.js';
import { EtcdCalls, type HeardCall, bytes } from '../../helpers/etcdCalls.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

/** A cluster in virtual time. */
export class VirtualEtcd {
  readonly time = new VirtualTime();
  readonly server: EmbeddedEtcd;

  constructor(options: EtcdServerOptions = {}) {
    this.server = etcdInMemory({ scheduler: this.time, ...options });
  }

  /** A client of one of the members. */
  dial(member = 0): VirtualClient {
    const [host = '', port = ''] = this.server.endpoints[member]!.split(':');
    let carrier: Carrier | undefined;
    let error: unknown;
    const link = this.server
      .transport()({ host, port: Number(port) })
      .subscribe({ next: (it) => (carrier = it), error: (it) => (error = it) });
    this.time.advance(0);
    if (carrier === undefined) throw error;
    carrier.end$.subscribe({ error: () => {} });
    return new VirtualClient(this.time, carrier, () => link.unsubscribe());
  }
}

/** A client that needs no promises: answers are there when its methods return. */
export class VirtualClient {
  readonly close: () => void;
  readonly carrier: Carrier;
  readonly #time: VirtualTime;
  readonly #calls: EtcdCalls;

  constructor(time: VirtualTime, carrier: Carrier, close: () => void) {
    this.#time = time;
    this.carrier = carrier;
    this.#calls = new EtcdCalls(carrier);
    this.close = close;
  }

  /** Begins a call of one message; its answer may come later. */
  begin<Q, R>(method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): HeardCall<Q, R> {
    const call = this.#calls.open(method, metadata);
    call.send(message);
    call.finish();
    this.#time.advance(0);
    return call;
  }

  ask<Q, R>(method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): R {
    const { messages, end } = this.begin(method, message, metadata);
    if (end === undefined) throw new Error('there is no answer yet');
    if (end.error !== undefined) throw end.error;
    return messages[0]!;
  }

  /** The words of the refusal, or `done`. */
  refused<Q, R>(method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): string {
    return wordsOf(this.begin(method, message, metadata));
  }

  open<Q, R>(method: Method<Q, R>, metadata: Metadata = {}): HeardCall<Q, R> {
    return this.#calls.open(method, metadata);
  }

  put(key: string, value: string, lease = 0n): number {
    return this.ask(put, { key: bytes(key), value: bytes(value), lease }).header!.revision;
  }

  get(key: string): string | undefined {
    const { kvs } = this.ask(range, { key: bytes(key) });
    return kvs[0] && String(kvs[0].value);
  }
}

/** The words of the refusal that has ended a call; `done` after a good end. */
export function wordsOf({ end }: { readonly end: HeardCall<never, never>['end'] }): string {
  if (end === undefined) return 'not ended';
  return end.error === undefined ? 'done' : shown(end.error);
}

function shown(error: CoordinationError): string {
  return /\((.*)\)$/.exec(error.message)?.[1] ?? `${error.code} ${error.effect}`;
}
