import type { OpenLimits } from '../../client/owned.js';
import type { Connection } from '../connection/connectionOf.js';
import { storeUrl } from './storeUrl.js';
import type { TreeStore } from './treeStore.js';

/** Connects to the store of a URL. A store's client is loaded when it is asked for. */
export async function openStore(url: string, options: Connection & OpenLimits): Promise<TreeStore> {
  const { scheme } = storeUrl(url);
  if (scheme === 'etcd') return (await import('./openEtcdTree.js')).openEtcdTree(url, options);
  if (scheme === 'arakoon') return (await import('./openArakoonTree.js')).openArakoonTree(url, options);
  return (await import('./openZooKeeperTree.js')).openZooKeeperTree(url, options);
}
