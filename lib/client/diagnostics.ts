import { type Observable, Subject } from 'rxjs';
import type { Endpoint } from '../core/endpoint.js';
import type { CoordinationError } from '../core/errors.js';
import { type LinkEvent, type LinkMessage, channels } from './channels.js';
import type { Meter } from './meter.js';

/**
 * Events below the surface that the clients of all stores have.
 *
 * @typeParam At where it happened, for a store whose servers have names
 */
export type ConnectionDiagnostic<At = unknown> =
  | ({ readonly kind: 'dialing'; readonly endpoint: Endpoint } & At)
  /** An attempt failed, or a connection was lost: `established` tells which. */
  | ({
      readonly kind: 'link-lost';
      readonly endpoint: Endpoint;
      readonly error: CoordinationError;
      readonly established: boolean;
    } & At)
  /** Every server was tried in vain. They are tried again after so many milliseconds. */
  | { readonly kind: 'waiting'; readonly delay: number };

/** A request is sent again: `attempt` counts from 2, and `error` is the failure of the last attempt. */
export interface ResendDiagnostic {
  readonly kind: 'resending';
  readonly operation: string;
  readonly path: string | undefined;
  readonly attempt: number;
  readonly error: CoordinationError;
}

/** Where a client reports events below the surface. They are counted, too. */
export class Diagnostics<D extends LinkEvent> {
  readonly all$: Observable<D>;
  readonly #all$ = new Subject<D>();

  readonly #meter: Meter | undefined;

  /** @param meter counts the events, unless another client hears and counts them */
  constructor(meter: Meter | undefined) {
    this.#meter = meter;
    this.all$ = this.#all$.asObservable();
  }

  tell(diagnostic: D): void {
    if (diagnostic.kind === 'resending') this.#meter?.add('resent');
    if (diagnostic.kind === 'link-lost')
      this.#meter?.add(diagnostic.established === true ? 'lostConnections' : 'failedConnections');
    this.#all$.next(diagnostic);
    if (this.#meter !== undefined && channels.link.hasSubscribers) this.#publish(this.#meter, diagnostic);
  }

  #publish({ store, client, scheduler }: Meter, event: D): void {
    const message: LinkMessage = { store, client, time: scheduler.now(), event };
    channels.link.publish(message);
  }

  /** The client is closed. */
  end(): void {
    this.#all$.complete();
  }
}
