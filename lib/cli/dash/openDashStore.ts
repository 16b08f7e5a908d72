import type { OpenLimits } from '../../client/owned.js';
import type { Connection } from '../connection/connectionOf.js';
import { storeUrl } from '../stores/storeUrl.js';
import type { DashStore } from './dashStore.js';

/** How the dashboard connects. */
export type DashConnection = Connection &
  OpenLimits & {
    /** The ports of ZooKeeper's AdminServers: one for all servers, or one for each in the order of the URL. */
    readonly adminPorts: readonly number[];
  };

/** Connects to the store of a URL. A store's client is loaded when it is asked for. */
export async function openDashStore(url: string, { adminPorts, ...options }: DashConnection): Promise<DashStore> {
  const { scheme } = storeUrl(url);
  if (scheme === 'etcd') return (await import('./etcdDash.js')).etcdDash(url, options);
  if (scheme === 'arakoon') return (await import('./arakoonDash.js')).arakoonDash(url, options);
  return (await import('./zooKeeperDash.js')).zooKeeperDash(url, options, adminPorts);
}
