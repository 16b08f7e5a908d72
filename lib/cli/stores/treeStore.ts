import type { Observable } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import type { Freshness } from '../../core/watched.js';
import type { Held } from '../../lease/held.js';
import type { Step, TransactionOutcome } from '../transaction/step.js';
import type { Fact } from './fact.js';
import type { Rights, RightsAtNode } from './rights.js';

/** A node of a store as the verbs see it: a znode, or a key whose names have slashes between. */
export interface StoreNode {
  readonly path: string;
  /** `null` where a node has no value; `undefined` where it may not be read. */
  readonly value: Uint8Array | null | undefined;
  /** Whether there is such a node, and not only longer keys that begin with its path. */
  readonly exists: boolean;
  /** All facts that the store knows of it, by the store's own names. */
  readonly facts: Readonly<Record<string, Fact>>;
}

/** A node that is followed. */
export type SeenNode = Freshness & { readonly node: StoreNode | undefined };

/** The names below a node that is followed; `undefined` where there is no such node. */
export type SeenNames = Freshness & { readonly names: readonly string[] | undefined };

/** News of a tree that is followed. First all nodes come as `added`, and then `synced`. */
export type SeenTree =
  | { readonly kind: 'added' | 'changed'; readonly path: string; readonly node: StoreNode }
  | { readonly kind: 'removed'; readonly path: string }
  /** All changes until now have been emitted. */
  | { readonly kind: 'synced' }
  /** The connection is lost: changes come late. */
  | { readonly kind: 'stale'; readonly cause: CoordinationError };

/** A server of a store. Its other figures are those that it tells. */
export interface MemberStatus {
  readonly server: string;
  readonly role: string;
  readonly [figure: string]: string | number | undefined;
}

/** A session of a store, or a lease of etcd. The figures are those that the server tells. */
export type SessionStatus = Readonly<Record<string, Fact | undefined>>;

/** A figure of a server. */
export interface Figure extends Readonly<Record<string, string | number>> {
  readonly server: string;
  readonly figure: string;
  readonly value: string | number;
}

/** The names that are listed. Default: all. */
export interface ListOptions {
  /** Those that begin so. */
  readonly begins?: string;
  /** The first ones, at most so many. */
  readonly max?: number;
}

/** How a tree is gone through. */
export interface WalkOptions {
  readonly values: boolean;
  /** How many levels below the path. Default: all. */
  readonly depth?: number | undefined;
}

/** The condition of a change. */
export interface ChangeOptions {
  /** Only if the node has this version. */
  readonly version?: string | undefined;
}

/** How a node is created. The modes are those of the store. */
export interface MakeOptions {
  readonly mode?: string | undefined;
  /** Creates the nodes above it too. */
  readonly parents?: boolean;
  /** The rights, where the store has any. */
  readonly acl?: readonly Rights[] | undefined;
  /** Milliseconds that it lives. */
  readonly ttl?: number | undefined;
}

/** Something that is held, with its fencing token. */
export type Hold = Held & { readonly token: bigint };

/** A store as a tree, for verbs that work on every store. Paths begin with a slash. */
export interface TreeStore {
  readonly kind: 'zookeeper' | 'etcd' | 'arakoon';
  /** The node at a path; `undefined` where there is none. */
  get(path: string): Observable<StoreNode | undefined>;
  /** The names of the nodes right below a path, in order; `undefined` where there is no node. */
  list(path: string, options?: ListOptions): Observable<readonly string[] | undefined>;
  /**
   * The node and all below it, in the order of {@link pathOrder}: parents before children. Values only if they are
   * asked for. It reads no faster than the loop takes the nodes, but for some that it reads ahead, and keeps none.
   */
  walk(path: string, options: WalkOptions): AsyncIterable<StoreNode>;
  /** Creates a node. **Emits** its path, which a store may have given a number. */
  create(path: string, value: Uint8Array | null, options: MakeOptions): Observable<string>;
  /** Writes a node that exists. **Emits** it. */
  set(path: string, value: Uint8Array, options: ChangeOptions): Observable<StoreNode>;
  /** Deletes a node. */
  delete(path: string, options: ChangeOptions): Observable<void>;
  /** Deletes a node and all below it. */
  deleteTree(path: string): Observable<void>;
  /**
   * Does the steps together or none of them; or else, if a condition does not hold, those of `otherwise`. Throws a
   * `UsageError` that names the line of a step that the store cannot do. **Errors** with a `StepError`.
   */
  transact(steps: readonly Step[], otherwise: readonly Step[] | undefined): Observable<TransactionOutcome>;
  /** The rights at a node. `undefined` where they may not be read. Not in a store without rights. */
  acl?(path: string): Observable<RightsAtNode | undefined>;
  /** Replaces the rights at a node. The version is that of the rights. */
  setAcl?(path: string, rights: readonly Rights[], options: ChangeOptions): Observable<void>;
  /**
   * The servers of the store.
   *
   * @param adminPort that of ZooKeeper's AdminServers, which are asked where four-letter words are not allowed
   */
  status(adminPort: number): Observable<readonly MemberStatus[]>;
  /** All figures that the servers tell. */
  figures(adminPort: number): Observable<readonly Figure[]>;
  /** The sessions of the store, or its leases. Not in a store without any. */
  sessions?(adminPort: number): Observable<readonly SessionStatus[]>;
  /** Asks the server of the session a four-letter word. */
  command?(word: string): Observable<string>;
  watch(path: string): Observable<SeenNode>;
  watchNames(path: string): Observable<SeenNames>;
  watchTree(path: string): Observable<SeenTree>;
  /** Holds a lock, or leads an election, for as long as it is subscribed to. */
  hold(path: string, kind: 'lock' | 'elect'): Observable<Hold>;
  close(): Promise<void>;
}
