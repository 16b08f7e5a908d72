import { channel } from 'node:diagnostics_channel';
import type { Endpoint } from '../core/endpoint.js';
import type { CoordinationError } from '../core/errors.js';
import type { StoreName } from './clientStats.js';

/**
 * The channels of `node:diagnostics_channel`. Without a subscriber they cost nothing: no message is made.
 *
 * The messages of a request have one object: that of its beginning gets the fields of its end.
 */
export const channels = {
  requestStart: channel('quorum-rx:request:start'),
  requestEnd: channel('quorum-rx:request:end'),
  link: channel('quorum-rx:link'),
  session: channel('quorum-rx:session'),
  lease: channel('quorum-rx:lease'),
};

/** What all messages have. */
export interface ClientMessage {
  readonly store: StoreName;
  /** The number of the client in this process, as in `stats()`. */
  readonly client: number;
  /** When it happened, in milliseconds on the clock of the client. */
  readonly time: number;
}

/** A request, on `quorum-rx:request:start` and `quorum-rx:request:end`. */
export interface RequestMessage extends ClientMessage {
  /** As the method of the client is called. */
  readonly operation: string;
  /** The node or the key, as the caller named it. */
  readonly path: string | undefined;
  /** The server that the client was connected to at the end; Arakoon's client does not say. */
  endpoint?: Endpoint;
  /** `'ok'`; the code of the error; or `'unsubscribed'`: the caller has left. */
  outcome?: string;
  error?: unknown;
  /** Milliseconds from the subscription to the end. */
  duration?: number;
}

/** The fields of an event below the surface. Each kind has some of them. */
export interface LinkEvent {
  readonly kind: string;
  readonly endpoint?: Endpoint;
  /** The name of an Arakoon node. */
  readonly node?: string;
  readonly error?: unknown;
  /** Of `link-lost`: whether there was a connection, or only an attempt. */
  readonly established?: boolean;
  /** Milliseconds. */
  readonly delay?: number;
  readonly operation?: string;
  readonly attempt?: number;
  readonly watches?: number;
}

/** An event of a connection, on `quorum-rx:link`: `event` is the same as in `diagnostics$`. */
export interface LinkMessage extends ClientMessage {
  readonly event: LinkEvent;
}

/** A new state of a client, on `quorum-rx:session`: `state` is the same as in `state$`. */
export interface SessionMessage extends ClientMessage {
  readonly state: {
    readonly kind: string;
    readonly endpoint?: Endpoint;
    readonly master?: string;
    readonly id?: bigint;
    readonly timeout?: number;
    readonly readOnly?: boolean;
    readonly reason?: string;
    readonly cause?: CoordinationError;
  };
}

/** What has become of a lease. `doubt`: the servers have not proved for a while that it is held. */
export type LeaseEvent = 'held' | 'doubt' | 'lost' | 'released';

/** An event of a lock, a leadership or a lease, on `quorum-rx:lease`. */
export interface LeaseMessage extends ClientMessage {
  readonly event: LeaseEvent;
  /** The path of the node, or the key, that stands for it. */
  readonly name: string;
  /** Why it was lost. */
  readonly error?: unknown;
}
