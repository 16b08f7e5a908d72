import type { JuteReader } from '../../zookeeper/protocol/juteReader.js';
import type { JuteWriter } from '../../zookeeper/protocol/juteWriter.js';
import type { Credentials } from './acl/credentials.js';
import type { ZooKeeperServerSettings } from './zooKeeperServerOptions.js';
import { TreeChanges } from './store/treeChanges.js';
import { DataTree, SYSTEM_NODES } from './store/dataTree.js';
import { Quotas } from './store/quotas.js';
import { ConnectionStats } from './session/connectionStats.js';
import { type Deliver, Watches } from './watch/watches.js';
import type { Watcher } from './watch/watchTable.js';

/** The sender of a request: a connection with a session. */
export interface Client extends Watcher {
  readonly credentials: Credentials;
  /** Tells it of an event, whether it watches or not. */
  notify(type: number, path: string): void;
}

/** Writes the body of a reply, after its header. */
export type Body = (out: JuteWriter) => void;

/** Serves one request: changes the state, and returns the answer. Throws a `Refusal` to refuse it. */
export type Handler = (input: JuteReader, state: ServerState, client: Client, opcode: number) => Body;

export const EMPTY_BODY: Body = () => {};

/** The state of a server: the tree, the watches, the time. */
export class ServerState {
  readonly settings: ZooKeeperServerSettings;
  readonly tree: DataTree;
  readonly quotas: Quotas;
  readonly watches: Watches<Client>;
  /** Requests received and replies sent, since the start. */
  readonly traffic: ConnectionStats;
  /** The value of `stmk`, for `gtmk`. The server writes no trace. */
  traceMask = 306n;
  /** The newest transaction. */
  zxid: number;

  constructor(
    settings: ZooKeeperServerSettings,
    stored: { readonly tree: DataTree; readonly zxid: number } | undefined,
    deliver: Deliver<Client>
  ) {
    const { version, profile, enforceQuota } = settings;
    this.settings = settings;
    this.traffic = new ConnectionStats(settings.now());
    const system = profile === undefined ? SYSTEM_NODES.zookeeper : SYSTEM_NODES.keeper;
    this.tree = stored?.tree ?? new DataTree(version >= 30500, system);
    this.tree.system = system;
    this.zxid = stored?.zxid ?? 0;
    this.quotas = new Quotas(this.tree, enforceQuota && version >= 30700);
    this.watches = new Watches(version >= 30900, deliver);
  }

  /** Runs a transaction: all that `act` does, or nothing; then tells who watches. A failed one takes its zxid too. */
  transact<T>(act: (change: TreeChanges) => T): T {
    const change = new TreeChanges(this.tree, this.quotas, ++this.zxid, this.settings.now());
    let result: T;
    try {
      result = act(change);
    } catch (error) {
      change.rollBack();
      throw error;
    }
    this.watches.fire(change.triggers);
    return result;
  }
}
