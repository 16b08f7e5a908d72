/** How one request is to be treated. */
export interface CallOptions {
  /**
   * Milliseconds from subscription to reply, after which the request errors with `TIMEOUT`. Whatever it takes to find a
   * master and to try again is within it. Default: the client's.
   */
  readonly timeout?: number | undefined;
  /** Ends the request with the error `ABORTED` when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Which node is asked for what any node may answer. What only the master can answer is asked of the master all the
   * same.
   */
  readonly node?: string | undefined;
  /**
   * Whether doing it twice, and late, is as good as once. If so it is sent again when its answer was lost; if not, it
   * errors then with the effect `'unknown'`. By default reads are sent again, and when the server itself ended the
   * connection also
   * `set`, `confirm`, `nop`, what is done to a node, and what sets up a nursery. A server that fell silent might do an
   * old
   * `set` after a new one.
   */
  readonly idempotent?: boolean | undefined;
}
