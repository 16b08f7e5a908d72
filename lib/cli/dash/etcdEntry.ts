import type { WatchedEntry } from '../../etcd/index.js';

/** A key as the tree has it: the length of its value, and its facts. */
export type EtcdEntry = WatchedEntry<number>;
