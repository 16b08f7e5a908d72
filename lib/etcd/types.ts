import type { Endpoint } from '../core/endpoint.js';
import type { CoordinationError } from '../core/errors.js';

/** Whether the client has a member to talk to. */
export type EtcdState =
  /** There is no connection. `cause` is the newest failure of a member, once one has failed. */
  | { readonly kind: 'connecting'; readonly cause?: CoordinationError }
  /** Requests go to this member. */
  | { readonly kind: 'connected'; readonly endpoint: Endpoint }
  | { readonly kind: 'closed' };

/** Events below the surface, for logs and the search for faults. Kinds may be added. */
export type Diagnostic =
  | { readonly kind: 'dialing'; readonly endpoint: Endpoint }
  /** An attempt failed, or a connection was lost: `established` tells which. */
  | {
      readonly kind: 'link-lost';
      readonly endpoint: Endpoint;
      readonly error: CoordinationError;
      readonly established: boolean;
    }
  /** Every member was tried in vain. They are tried again after so many milliseconds. */
  | { readonly kind: 'waiting'; readonly delay: number }
  /** The member has given the user a token. */
  | { readonly kind: 'authenticated'; readonly endpoint: Endpoint }
  /** A request is sent again: `attempt` counts from 2, and `error` is the failure of the last attempt. */
  | {
      readonly kind: 'resending';
      readonly operation: string;
      readonly path: string | undefined;
      readonly attempt: number;
      readonly error: CoordinationError;
    };

/** A user of etcd, with the password. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}
