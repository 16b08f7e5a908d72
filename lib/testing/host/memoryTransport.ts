import { Observable, type SchedulerLike, Subject, type Subscriber, type Subscription } from 'rxjs';
import { formatEndpoint } from '../../core/endpoint.js';
import { ConnectError } from '../../core/errors.js';
import type { Link, Transport } from '../../core/link.js';
import type { WireAcceptor, WireHandler } from './wire.js';

/**
 * A way to a server in this process, without a socket: bytes arrive after `latency` milliseconds of the scheduler's
 * time, so that a test that turns that time by hand sees every step.
 */
export function memoryTransport(doorkeeper: WireAcceptor, scheduler: SchedulerLike, latency: number): Transport {
  return (endpoint) =>
    new Observable<Link>((subscriber) => {
      let connection: WireHandler | undefined;
      const dialling = scheduler.schedule(() => {
        if (!doorkeeper.accepting) return subscriber.error(new ConnectError(`${formatEndpoint(endpoint)} refused`));
        const link = new MemoryLink(scheduler, latency, (bytes) => connection?.receive(bytes));
        const { deliver: write, hold, release, end } = link;
        connection = doorkeeper.attach({
          address: '127.0.0.1',
          port: 0,
          certificate: undefined,
          write,
          hold,
          release,
          end,
          destroy: end,
        });
        subscriber.next(link);
      }, latency);
      return () => {
        dialling.unsubscribe();
        connection?.closed();
      };
    });
}

class MemoryLink implements Link {
  readonly chunk$: Observable<Uint8Array>;
  readonly drain$ = new Subject<void>();
  readonly #scheduler: SchedulerLike;
  readonly #latency: number;
  readonly #send: (bytes: Buffer) => void;
  #subscriber: Subscriber<Uint8Array> | undefined;
  #held = false;

  constructor(scheduler: SchedulerLike, latency: number, send: (bytes: Buffer) => void) {
    this.#scheduler = scheduler;
    this.#latency = latency;
    this.#send = send;
    this.chunk$ = new Observable((subscriber) => void (this.#subscriber = subscriber));
  }

  write(bytes: Uint8Array): boolean {
    const copy = Buffer.from(bytes);
    this.#later(() => this.#send(copy));
    return !this.#held;
  }

  soon(task: () => void): void {
    this.#scheduler.schedule(task);
  }

  readonly deliver = (bytes: Uint8Array): boolean => {
    const copy = Buffer.from(bytes);
    this.#later(() => this.#subscriber?.next(copy));
    return true;
  };

  /** Bytes that are written meanwhile still arrive. A client that heeds `write` stops. */
  readonly hold = (): void => void (this.#held = true);

  readonly release = (): void => {
    if (!this.#held) return;
    this.#held = false;
    this.drain$.next();
  };

  readonly end = (): void => void this.#later(() => this.#subscriber?.complete());

  #later(act: () => void): Subscription {
    return this.#scheduler.schedule(act, this.#latency);
  }
}
