import type { Observable } from 'rxjs';
import type { Action, BridgeTypes, Source } from '../../bridge/types.js';
import type { Rights } from '../stores/rights.js';
import type {
  AboutState,
  ClientState,
  FoundState,
  LocksState,
  MembersState,
  NodeState,
  Row,
  RowsState,
  RowsWanted,
  Seen,
  SessionsState,
  WatchersState,
} from './types.js';

/** A change of a value. */
export interface SetInput {
  readonly path: string;
  readonly value: Uint8Array;
  readonly version: string | undefined;
}

/** A node to create. */
export interface CreateInput {
  readonly path: string;
  readonly value: Uint8Array;
  readonly mode: string | undefined;
}

/** A node to delete. */
export interface DeleteInput {
  readonly path: string;
  readonly version: string | undefined;
  /** All nodes below it, too. */
  readonly below: boolean;
}

/** A change of the rights at a node. */
export interface SetAclInput {
  readonly path: string;
  readonly rights: readonly Rights[];
  /** Only if the rights have this version. */
  readonly version: string | undefined;
}

/** A place in the tree that is looked for. */
export interface PlaceInput {
  readonly open: readonly string[];
  readonly path: string;
  /** The beginning of a name among the siblings of the path, from the one after it on. */
  readonly typed: string | undefined;
}

/** The values that the page can watch. */
export type DashSources = {
  readonly about: () => Observable<Seen<AboutState>>;
  readonly rows: Source<RowsWanted, Seen<RowsState>>;
  readonly node: Source<string, Seen<NodeState>>;
  readonly watchers: Source<string, Seen<WatchersState>>;
  readonly found: Source<string, Seen<FoundState>>;
  readonly members: () => Observable<Seen<MembersState>>;
  readonly locks: () => Observable<Seen<LocksState>>;
  readonly sessions: () => Observable<Seen<SessionsState>>;
  readonly client: () => Observable<Seen<ClientState>>;
};

/** The requests of the page. Only `locate` is there without `--write`. */
export type DashActions = {
  /** Looks for a row; `undefined` if there is none. */
  readonly locate: Action<PlaceInput, (Pick<Row, 'path'> & { readonly index: number }) | undefined>;
  readonly set: Action<SetInput, void>;
  readonly setAcl: Action<SetAclInput, void>;
  readonly create: Action<CreateInput, string>;
  readonly delete: Action<DeleteInput, void>;
};

/** The bridge between the dashboard and its page. */
export type DashboardBridge = BridgeTypes<DashSources, DashActions>;
