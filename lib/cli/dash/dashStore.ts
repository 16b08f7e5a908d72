import type { Observable } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import type { Freshness } from '../../core/watched.js';
import type { TreeStore } from '../stores/treeStore.js';
import type { Branch } from './openRows.js';
import type { AboutState, ClientState, LockView, Row, SessionsState, WatchersState } from './types.js';

/** The tree of a store, without values. */
export type SeenBranches<B> = Freshness & { readonly root: B | undefined; readonly size: number };

/** A server as it is at one time. */
export interface MemberSample {
  readonly server: string;
  readonly role: string;
  readonly facts: Readonly<Record<string, string | number | undefined>>;
  readonly problem?: string;
  /** Figures that are plotted as they are, by the titles of their plots. */
  readonly gauges: Readonly<Record<string, number>>;
  /** Figures that only grow: their growth in a second is plotted. */
  readonly counters: Readonly<Record<string, number>>;
}

/** The servers of a store as they are at one time. */
export interface MembersSample {
  readonly members: readonly MemberSample[];
  readonly alarms: readonly string[];
}

/** A store as the dashboard needs it. */
export interface DashStore<B extends Branch = Branch> {
  readonly about: Omit<AboutState, 'url' | 'mayWrite'>;
  readonly store: TreeStore;
  /** The whole tree, as long as it is subscribed to. */
  readonly tree$: Observable<SeenBranches<B>>;
  /** What a row shows of a node. */
  mark(branch: B): Pick<Row, 'kind' | 'bytes' | 'version'>;
  /** The units of the plots, by their titles. */
  readonly plots: Readonly<Record<string, string>>;
  /** Asks all servers. Emits once; a server that does not answer is a member with a problem. */
  sample(): Observable<MembersSample>;
  /** The locks of the node itself: not those below it. */
  locksAt(branch: B): readonly LockView[];
  /** Asks for the sessions or leases. Emits once. */
  sessions(tree: SeenBranches<B> | undefined): Observable<SessionsState>;
  /** Asks who watches a node. Emits once. Not in a store that does not tell. */
  watchers?(path: string): Observable<WatchersState>;
  readonly client: ClientFeed;
  close(): Promise<void>;
}

/** The parts of a client that its own figures come from. */
export interface ClientFeed {
  readonly state$: Observable<{ readonly kind: string; readonly cause?: CoordinationError }>;
  readonly diagnostics$: Observable<object>;
  readonly stats$: Observable<object>;
}

/** Events of a client, the newest first. */
export type ClientEvents = ClientState['events'];
