import type { Freshness } from '../../core/watched.js';
import type { RightsAtNode } from '../stores/rights.js';

/**
 * The state of a value of the dashboard. While it is stale, `why` is the reason: the words of a cause do not reach a
 * page.
 */
export type Seen<T> = T & Freshness & { readonly why: string };

/** A line of the tree. */
export interface Row {
  readonly path: string;
  readonly name: string;
  /** How deep it is; 1 is the root. */
  readonly level: number;
  /** Its place among its siblings, from 1 on, and how many there are. */
  readonly place: number;
  readonly siblings: number;
  /** The number of nodes right below it. */
  readonly children: number;
  readonly isOpen: boolean;
  /** What its mark says: it goes with a session or a lease, or it is only a part of longer keys. */
  readonly kind: 'node' | 'ephemeral' | 'folder';
  /** The size of its value. */
  readonly bytes: number;
  readonly version: string;
}

/** A part of the tree as it is shown: rows of which some are open. */
export interface RowsState {
  /** How many nodes there are in the store. */
  readonly size: number;
  /** How many rows there are with these nodes open. */
  readonly total: number;
  readonly from: number;
  readonly rows: readonly Row[];
}

/** Which rows to show. */
export interface RowsWanted {
  /** The paths of the nodes that are open. */
  readonly open: readonly string[];
  /** The index of the first row. */
  readonly from: number;
}

/** A fact about a node or a server. */
export type ShownFact = string | number | boolean | Date;

/** Named facts, in the order in which they are shown. */
export type Facts = Readonly<Record<string, ShownFact | undefined>>;

/** A node, with all that is known of it. */
export interface NodeState {
  readonly path: string;
  /** `undefined` where there is no such node. */
  readonly node:
    | {
        /** Whether there is such a node, and not only longer keys. */
        readonly exists: boolean;
        /** `null`: it has none. `undefined`: it may not be read. */
        readonly value: Uint8Array | null | undefined;
        /** How many bytes it really has: the value has no more than a page can show. */
        readonly bytes: number;
        readonly facts: Facts;
        /** For a change of this version only. */
        readonly version: string | undefined;
      }
    | undefined;
  /** The rights, in a store that has them; `undefined` where they may not be read. */
  readonly acl: RightsAtNode | undefined;
}

/** Who watches a node, by server. */
export interface WatchersState {
  readonly servers: ReadonlyArray<{
    readonly server: string;
    readonly sessions: readonly string[];
    /** Why it is not known. */
    readonly problem?: string;
  }>;
}

/** A server of the store. */
export interface MemberView {
  readonly server: string;
  readonly role: string;
  readonly facts: Facts;
  readonly problem?: string;
}

/** The servers, and how their figures have been. */
export interface MembersState {
  readonly members: readonly MemberView[];
  /** The alarms of the store, in words. */
  readonly alarms: readonly string[];
  readonly plots: readonly Plot[];
  /** When the figures were taken, in milliseconds of Unix time. */
  readonly times: readonly number[];
}

/** Figures over time. */
export interface Plot {
  readonly title: string;
  readonly unit: string;
  /** For each server, a figure for each time; `null`: not known. */
  readonly lines: ReadonlyArray<{ readonly server: string; readonly figures: readonly (number | null)[] }>;
}

/** Somebody who holds or waits. */
export interface ContenderView {
  readonly path: string;
  /** The session or the lease that it goes with. */
  readonly owner: string;
  /** The fencing token. */
  readonly token: string;
  readonly state: 'holds' | 'waits';
  readonly mode: string;
  readonly since: Date | undefined;
}

/** A lock, an election or the like. */
export interface LockView {
  readonly path: string;
  /** As `lock`, or `read-write lock`. */
  readonly kind: string;
  /** Whose names its nodes have. */
  readonly layout: string;
  readonly contenders: readonly ContenderView[];
  /** How many there are: the list has no more than a page can show. */
  readonly count: number;
}

/** All locks. */
export interface LocksState {
  readonly locks: readonly LockView[];
  /** How many there are. */
  readonly count: number;
}

/** The sessions of a store, or its leases: a table. */
export interface SessionsState {
  /** Each has an `id`. */
  readonly sessions: readonly Facts[];
  /** The paths that go with them, by their id. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** What is not known, and why. */
  readonly problems: readonly string[];
}

/** The nodes that a search has found. */
export interface FoundState {
  readonly paths: readonly string[];
  /** How many there are. */
  readonly count: number;
}

/** What the client of the dashboard itself does. */
export interface ClientState {
  readonly facts: Facts;
  readonly requests: readonly Facts[];
  /** The newest events, the last one first. */
  readonly events: ReadonlyArray<{ readonly time: Date; readonly level: string; readonly text: string }>;
}

/** The store and the rights of the page. */
export interface AboutState {
  readonly kind: 'zookeeper' | 'etcd' | 'arakoon';
  readonly url: string;
  readonly mayWrite: boolean;
  readonly hasVersions: boolean;
  /** The modes in which nodes can be created. */
  readonly modes: readonly string[];
}
