import type { ConnectionDiagnostic, ResendDiagnostic } from '../client/diagnostics.js';
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
  | ConnectionDiagnostic
  /** The member has given the user a token. */
  | { readonly kind: 'authenticated'; readonly endpoint: Endpoint }
  | ResendDiagnostic;

/** A user of etcd, with the password. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}
