import type { ObservableInput } from 'rxjs';

/** A way to prove who one is, as SASL has them. */
export interface SaslMechanism {
  readonly name: string;
  /** A new exchange, for a new connection to this server. */
  start(server: { readonly host: string; readonly port: number }): SaslExchange;
}

/** One run of a mechanism. */
export interface SaslExchange {
  /**
   * The token to send next, in answer to the server's last one (`null` at the beginning); `undefined` when nothing is
   * left to send. An Observable, a promise, or an array of the one token.
   */
  step(token: Uint8Array | null): ObservableInput<Uint8Array | undefined>;
  /** Whether the server, too, has proved its identity where the mechanism demands it. */
  readonly complete: boolean;
}
