/**
 * The front door: the ZooKeeper client, and the words that all stores share.
 *
 * @module
 */
export * from './core/index.js';
export * from './zookeeper/index.js';
