import { map } from 'rxjs';
import type { Codec } from '../../core/codecs.js';
import { parseServers } from '../../core/connectString.js';
import { UsageError } from '../../core/errors.js';
import { freshness } from '../../core/watched.js';
import { type OpenOptions, type TreeNode, open } from '../../zookeeper/index.js';
import { inChroot } from '../../zookeeper/path.js';
import { ADMIN_PORT } from '../stores/adminServer.js';
import { zooKeeperTree } from '../stores/openZooKeeperTree.js';
import { storeUrl } from '../stores/storeUrl.js';
import { AskZooKeeper } from './askZooKeeper.js';
import type { DashStore } from './dashStore.js';
import { lockLine } from './lockLine.js';
import { ZOOKEEPER_PLOTS, zooKeeperMembers } from './zooKeeperMembers.js';
import { zooKeeperSessions, zooKeeperWatchers } from './zooKeeperSessions.js';

/** Keeps values out of the tree: the page reads only that of the node it shows. */
const NO_VALUES: Codec<undefined> = { encode: () => null, decode: () => undefined };
const MODES = ['persistent', 'ephemeral', 'persistentSequential', 'ephemeralSequential', 'container'];

/** ZooKeeper, for the dashboard. */
export async function zooKeeperDash(
  url: string,
  options: OpenOptions,
  adminPorts: readonly number[]
): Promise<DashStore<TreeNode<undefined>>> {
  const { servers, place } = storeUrl(url);
  const chroot = place.replace(/\/+$/, '');
  const { endpoints } = parseServers(servers);
  if (adminPorts.length > 1 && adminPorts.length !== endpoints.length)
    throw new UsageError('--admin-port', `must be one port, or ${endpoints.length}: one for each server of the URL`);
  const zk = await open(chroot === '' ? servers : `${servers}/${chroot}`, options);
  const asked = endpoints.map(
    (endpoint, i) => new AskZooKeeper(zk, endpoint, adminPorts[i] ?? adminPorts[0] ?? ADMIN_PORT)
  );
  return {
    about: { kind: 'zookeeper', hasVersions: true, modes: MODES },
    store: zooKeeperTree(zk, servers),
    tree$: zk
      .watchTree('/', { codec: NO_VALUES })
      .pipe(map(({ root, size, cause }) => ({ root, size, ...freshness(cause) }))),
    mark: ({ stat }) => ({
      kind: stat.ephemeralOwner === 0n ? 'node' : 'ephemeral',
      bytes: stat.dataLength,
      version: `${stat.version}`,
    }),
    plots: ZOOKEEPER_PLOTS,
    sample: () => zooKeeperMembers(asked),
    locksAt(branch) {
      const lock = lockLine(branch);
      return lock === undefined ? [] : [lock];
    },
    sessions: (tree) => zooKeeperSessions(asked, tree?.root),
    watchers: (path) => zooKeeperWatchers(asked, inChroot(zk.root, path)),
    client: zk,
    close: () => zk.close(),
  };
}
