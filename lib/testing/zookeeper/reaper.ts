import type { ServerState } from './serverState.js';
import { parentPath } from './store/dataTree.js';

/** Deletes containers that have lost their last child, and TTL nodes whose time is over. */
export function reap(state: ServerState): void {
  const { tree, settings } = state;
  const now = settings.now();
  const left = (path: string) => tree.get(path)!.numChildren === 0;
  const containers = [...tree.containers].filter((path) => left(path) && tree.get(path)!.creations > 0);
  const outlived = [...tree.ttls].filter((path) => left(path) && now - tree.get(path)!.mtime > tree.get(path)!.ttl);
  for (const path of [...containers, ...outlived]) {
    state.transact((change) => change.delete(path, tree.get(path)!, tree.get(parentPath(path))!));
  }
}
