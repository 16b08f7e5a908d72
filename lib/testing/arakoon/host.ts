import type { NamedField } from '../../arakoon/protocol/statistics.js';
import type { ArakoonServerSettings } from './arakoonServerOptions.js';
import type { Failure } from './failure.js';
import type { Figures } from './figures.js';
import type { Change } from './store/change.js';
import type { Store } from './store/store.js';

/** A node, as its connections and the other nodes see it. */
export interface HostNode {
  readonly name: string;
  readonly host: Host;
  readonly store: Store;
  readonly figures: Figures;
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
export interface Host {
  readonly settings: ArakoonServerSettings;
  readonly nodes: readonly HostNode[];
  readonly mastership: {
    /** Whom the nodes call the master: it may have died since. */
    readonly known: string | null;
    /** Whether there ever was a master. */
    readonly everKnown: boolean;
    stateOf(node: HostNode): string;
    /** The master gives it up, for the next one that runs. */
    stepDown(): void;
    /** Lets the nodes agree upon an update, and says how it went: at once, or when there is a majority again. */
    propose<T>(node: HostNode, apply: (change: Change) => T, settle: (outcome: Outcome<T>) => void): void;
  };
  /** Lets the nodes agree upon an update: it is a transaction even if it throws, and comes to nothing then. */
  commit<T>(apply: (change: Change) => T): T;
  /** Lets every node that runs see what it should have seen. */
  catchUp(): void;
}
