/** Bounds of what one link carries. */
export interface Limits {
  /** Largest request that the server takes, in bytes. */
  readonly request: number;
  /** Largest reply taken from the server, in bytes. */
  readonly reply: number;
  /** Requests that wait for a reply at a time. */
  readonly inFlight: number;
  /** Reads that travel as one; 1 sends each alone. */
  readonly coalesce: number;
}
