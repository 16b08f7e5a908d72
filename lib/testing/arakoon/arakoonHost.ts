import type { NamedField } from '../../arakoon/protocol/statistics.js';
import type { ArakoonServerSettings } from './arakoonServerOptions.js';
import type { Failure } from './failure.js';
import type { Statistics } from './statistics.js';
import type { KeyChanges } from './store/keyChanges.js';
import type { Store } from './store/store.js';

/** A node, as its connections and the other nodes see it. */
export interface ArakoonHostNode {
  readonly name: string;
  readonly host: ArakoonHost;
  readonly store: Store;
  readonly figures: Statistics;
  /** Whether the other nodes hear from it. */
  readonly running: boolean;
  readonly paused: boolean;
  /** How many logs it has. */
  tlogs: number;
  collapsing: boolean;
  statistics(): NamedField;
  /** A connection has ended. */
  left(connection: object): void;
}

/** How an update went. */
export type Outcome<T> = { readonly value: T } | Failure;

/** A cluster, as its nodes see it. */
export interface ArakoonHost {
  readonly settings: ArakoonServerSettings;
  readonly nodes: readonly ArakoonHostNode[];
  readonly mastership: {
    /** Whom the nodes call the master: it may have died since. */
    readonly known: string | null;
    /** Whether there ever was a master. */
    readonly everKnown: boolean;
    stateOf(node: ArakoonHostNode): string;
    /** The master gives it up, for the next one that runs. */
    stepDown(): void;
    /** Lets the nodes agree upon an update, and says how it went: at once, or when there is a majority again. */
    propose<T>(node: ArakoonHostNode, apply: (change: KeyChanges) => T, settle: (outcome: Outcome<T>) => void): void;
  };
  /** Lets the nodes agree upon an update: it is a transaction even if it throws, and comes to nothing then. */
  commit<T>(apply: (change: KeyChanges) => T): T;
  /** Brings every running node up to date. */
  catchUp(): void;
}
