import type { Acl, ClientInfo, Stat } from '../../types.js';
import type { CallOptions } from '../../session/exchange.js';
import type { NodeAcl } from '../../protocol/ops/acl.js';
import type { Observable } from 'rxjs';
import type { VersionOptions } from '../viewOptions.js';

/** Who may do what: access control lists, and the identities of this client. */
export interface ZooKeeperAccess {
  /** The access control list of a node. **Errors** with `NO_NODE`, `NO_AUTH`. */
  getAcl(path: string, options?: CallOptions): Observable<NodeAcl>;
  /**
   * Replaces a node's ACL; `version` is compared with its `aversion`. **Errors** with `NO_NODE`, `BAD_VERSION`,
   * `INVALID_ACL`, `NO_AUTH`.
   */
  setAcl(path: string, acl: readonly Acl[], options?: VersionOptions): Observable<Stat>;
  /**
   * Holds an identity, now and on every later connection. For `digest` it is `user:password`; text stands for its bytes
   * in UTF-8. **Emits** once the server has accepted it. A refusal ends the
   * session, on ZooKeeper's terms: it **errors**, and so does the client, with `AUTH_FAILED`.
   */
  addAuth(scheme: string, auth: Uint8Array | string): Observable<void>;
  /** The identities that the server holds for this connection. Needs 3.7. */
  whoAmI(options?: CallOptions): Observable<readonly ClientInfo[]>;
}
