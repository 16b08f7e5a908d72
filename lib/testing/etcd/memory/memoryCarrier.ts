import { Observable, ReplaySubject, type SchedulerLike } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectError, ConnectionLostError } from '../../../core/errors.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';
import type { CallContext, CallListener, Carrier, Metadata, OpenCall } from '../../../etcd/v3/carrier.js';
import { callOf, openCall } from '../call/openCall.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { MemoryCall } from './memoryCall.js';

/**
 * A connection to a member in this process, without a socket. Messages are written and read as bytes, and arrive after
 * `latency` milliseconds of the scheduler's time.
 */
export function memoryCarrier(core: EtcdCore, endpoint: Endpoint, latency: number): Observable<Carrier> {
  return new Observable((subscriber) => {
    const { scheduler } = core.settings;
    let carrier: MemoryCarrier | undefined;
    const dialling = scheduler.schedule(() => {
      const member = core.members.find(({ port }) => port === endpoint.port);
      if (member?.accepting !== true) return subscriber.error(new ConnectError(`${formatEndpoint(endpoint)} refused`));
      carrier = new MemoryCarrier(core, member, scheduler, latency);
      subscriber.next(carrier);
    }, latency);
    return () => {
      dialling.unsubscribe();
      carrier?.cut();
    };
  });
}

class MemoryCarrier implements Carrier {
  readonly end$ = new ReplaySubject<never>(1);
  readonly #core: EtcdCore;
  readonly #member: EtcdMember;
  readonly #scheduler: SchedulerLike;
  readonly #latency: number;
  readonly #calls = new Set<{ leave(): void; lose(effect: 'none' | 'unknown'): void }>();
  #over = false;

  constructor(core: EtcdCore, member: EtcdMember, scheduler: SchedulerLike, latency: number) {
    this.#core = core;
    this.#member = member;
    this.#scheduler = scheduler;
    this.#latency = latency;
    member.connections.add(this);
  }

  /** The connection breaks: calls under way end without an answer. */
  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#member.connections.delete(this);
    for (const call of [...this.#calls]) call.leave();
    this.#later(() => {
      for (const call of [...this.#calls]) call.lose('unknown');
      this.end$.error(new ConnectionLostError('the server closed the connection', 'none'));
    });
  }

  call<Q, R>(method: Method<Q, R>, metadata: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q> {
    const call = new MemoryCall(method, context, listener, {
      later: (act) => this.#later(act),
      done: () => this.#calls.delete(call),
      cut: () => this.cut(),
    });
    this.#calls.add(call);
    this.#later(() => {
      if (this.#over) return call.lose('none');
      call.open((answers) =>
        openCall(this.#core, this.#member, callOf(method.path, this.#core.settings.version), metadata, answers)
      );
    });
    return call;
  }

  soon(task: () => void): void {
    this.#scheduler.schedule(task, 0);
  }

  ping(): Observable<never> {
    return new Observable((subscriber) => {
      const { waits } = this.#member;
      const answer = () => this.#scheduler.schedule(() => subscriber.complete(), this.#latency);
      waits.until(
        subscriber,
        () => !this.#member.paused && !this.#over,
        () => subscriber.add(answer())
      );
      return () => waits.giveUp(subscriber);
    });
  }

  #later(act: () => void): void {
    this.#scheduler.schedule(act, this.#latency);
  }
}
