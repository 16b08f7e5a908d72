import type { Latency } from './latency.js';

/** The APIs that a client speaks. */
export type StoreName = 'zookeeper' | 'etcd' | 'etcd-v2' | 'arakoon';

/** The requests of one operation that ended in one way. */
export interface RequestStats {
  /** As the method of the client is called. The client's own requests are among them, such as `setWatches`. */
  readonly operation: string;
  /**
   * `'ok'`; the code of the error; or `'unsubscribed'`: the caller left before the answer came; `'error'`:
   * a codec of the caller's threw an error of its own.
   */
  readonly outcome: string;
  readonly latency: Latency;
}

/** What a client is doing at this moment. */
export interface ClientGauges {
  /** Requests that were sent, and have no answer yet. */
  readonly underWay: number;
  /** Requests that have not left yet. */
  readonly queued: number;
  /** Watches that the client keeps: paths of ZooKeeper, ranges of etcd, values of etcd's version 2. */
  readonly watches?: number;
  /** Sessions of ZooKeeper so far, the present one included. */
  readonly sessions?: number;
}

/** What a client has done since it was made, and what it is doing. All views of a client have the same. */
export interface ClientStats extends Required<ClientGauges> {
  readonly store: StoreName;
  /** The number of the client in this process, as it is in logs and in messages of channels. */
  readonly client: number;
  readonly requests: readonly RequestStats[];
  /** Bytes that were received; of etcd's version 2, those of the bodies. Without the overhead of TLS. */
  readonly bytesIn: number;
  /** Bytes that were sent. */
  readonly bytesOut: number;
  /** Connections that took requests. All but the first are reconnects, or further connections to other nodes. */
  readonly connections: number;
  /** Attempts to connect that failed. */
  readonly failedConnections: number;
  /** Connections that were lost. */
  readonly lostConnections: number;
  /** Requests that were sent again, counted each time. */
  readonly resent: number;
  /** Leases, locks and leaderships that are held. */
  readonly leases: number;
}
