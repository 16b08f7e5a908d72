import { Observable, ReplaySubject } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectError, ConnectionLostError } from '../../../core/errors.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';
import type { CallContext, CallListener, Carrier, Metadata, OpenCall } from '../../../etcd/v3/carrier.js';
import { callOf, openCall } from '../call/openCall.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import type { EtcdServerOptions } from '../etcdServerOptions.js';
import { MemoryCall } from './memoryCall.js';
import type { LineEnds, MemoryLine } from './memoryLine.js';

/**
 * A connection to a member in this process, without a socket. Messages are written and read as bytes.
 *
 * @param faults the faults of the requests of this client
 */
export function memoryCarrier(
  core: EtcdCore,
  endpoint: Endpoint,
  line: MemoryLine,
  faults: EtcdServerOptions['faults'] = core.settings.faults
): Observable<MemoryCarrier> {
  return new Observable((subscriber) => {
    let carrier: MemoryCarrier | undefined;
    line.toServer(0, () => {
      if (subscriber.closed) return;
      const member = core.members.find(({ port }) => port === endpoint.port);
      if (member?.accepting === true) {
        const made = (carrier = new MemoryCarrier(core, member, line, faults));
        line.carries?.(made);
        line.toClient(0, () => subscriber.next(made));
      } else line.toClient(0, () => subscriber.error(new ConnectError(`${formatEndpoint(endpoint)} refused`)));
    });
    return () => carrier?.close();
  });
}

/** The two ends of a connection: that of the client, and that of the member. */
export class MemoryCarrier implements Carrier, LineEnds {
  readonly end$ = new ReplaySubject<never>(1);
  readonly #core: EtcdCore;
  readonly #member: EtcdMember;
  readonly #line: MemoryLine;
  readonly #faults: EtcdServerOptions['faults'];
  /** Calls that the client waits for. */
  readonly #calls = new Set<{ lose(effect: 'none' | 'unknown'): void }>();
  /** Calls that the member serves. */
  readonly #served = new Set<{ leave(): void }>();
  #left = false; // the member's end
  #over = false; // the client's end takes no new calls

  constructor(core: EtcdCore, member: EtcdMember, line: MemoryLine, faults: EtcdServerOptions['faults']) {
    this.#core = core;
    this.#member = member;
    this.#line = line;
    this.#faults = faults;
    member.connections.add(this);
  }

  /** The member ends the connection. */
  cut(): void {
    if (this.#left) return;
    this.leave();
    this.#line.toClient(0, () => this.lose());
  }

  /** The client ends the connection. What it has sent before still arrives. */
  close(): void {
    this.#line.toServer(0, () => this.leave());
    this.#line.soon(() => this.lose());
  }

  /** The member notices that the connection has ended. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#member.connections.delete(this);
    for (const call of [...this.#served]) call.leave();
  }

  /** The client notices that the connection has ended: calls under way end without an answer. */
  lose(): void {
    this.goAway();
    for (const call of [...this.#calls]) call.lose('unknown');
  }

  /** The client notices that the member takes no new calls. Those under way go on. */
  goAway(): void {
    if (this.#over) return;
    this.#over = true;
    this.end$.error(new ConnectionLostError('the server closed the connection', 'none'));
  }

  call<Q, R>(method: Method<Q, R>, metadata: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q> {
    const call = new MemoryCall(method, context, listener, {
      toServer: (bytes, arrive) => this.#line.toServer(bytes, arrive),
      toClient: (bytes, arrive) => this.#line.toClient(bytes, arrive),
      done: () => this.#calls.delete(call),
      left: () => this.#served.delete(call),
      cut: () => this.cut(),
    });
    this.#calls.add(call);
    if (this.#over) this.#line.soon(() => call.lose('none'));
    else this.#line.toServer(0, () => this.#open(call, method, metadata));
    return call;
  }

  soon(task: () => void): void {
    this.#line.soon(task);
  }

  ping(): Observable<never> {
    return new Observable((subscriber) => {
      const { waits } = this.#member;
      this.#line.toServer(0, () =>
        waits.until(
          subscriber,
          () => !this.#member.paused && !this.#left,
          () => this.#line.toClient(0, () => subscriber.complete())
        )
      );
      return () => waits.giveUp(subscriber);
    });
  }

  /** A call reaches the member. */
  #open<Q, R>(call: MemoryCall<Q, R>, { path }: Method<Q, R>, metadata: Metadata): void {
    if (this.#left) return;
    const { version } = this.#core.settings;
    this.#served.add(call);
    call.open((answers) => openCall(this.#core, this.#member, callOf(path, version), metadata, answers, this.#faults));
  }
}
