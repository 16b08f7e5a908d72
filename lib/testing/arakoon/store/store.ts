import type { Interval } from '../../../arakoon/protocol/interval.js';
import type { ClusterNodes } from '../../../arakoon/protocol/nurseryConfig.js';
import type { Routing } from '../../../arakoon/protocol/routing.js';
import { KeyTable } from './keyTable.js';

/** The nursery of a cluster, as it knows it. */
export interface NurseryState {
  readonly interval: Interval;
  readonly routing: Routing | undefined;
  readonly clusters: Readonly<Record<string, ClusterNodes>>;
}

const EVERYTHING = { begin: null, end: null };

/** The data of a node. */
export class Store {
  readonly keys = new KeyTable();
  nursery: NurseryState = { interval: { public: EVERYTHING, private: EVERYTHING }, routing: undefined, clusters: {} };
  /** The last transaction that it has seen. */
  txid = 0;
}

/** A part of a transaction, to be done again by others. */
export type Edit = (store: Store) => void;
