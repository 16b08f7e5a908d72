import type { TreeStore } from './treeStore.js';

/** How a client connects: the options that the clients of all stores have. */
export interface Connection {
  readonly openTimeout: number;
  readonly signal: AbortSignal;
}

/** Connects to the store of a URL. A store's client is loaded when it is asked for. */
export async function openStore(url: string, connection: Connection): Promise<TreeStore> {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  if (scheme === 'etcd') return (await import('./openEtcdTree.js')).openEtcdTree(url, connection);
  if (scheme === 'arakoon') return (await import('./openArakoonTree.js')).openArakoonTree(url, connection);
  return (await import('./openZooKeeperTree.js')).openZooKeeperTree(url, connection);
}
