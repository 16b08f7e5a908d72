/** What a write stores, and how long it lives. */
export interface Stored {
  readonly key: string;
  readonly value: string;
  /** Whether it is a directory. */
  readonly dir: boolean;
  /** The time of the scheduler at which it expires. */
  readonly expires: number | undefined;
  /** Whether the value stays, and watchers do not hear of it. */
  readonly refresh: boolean;
}

/** What a write compares. `''` and 0: nothing. */
export interface Compared {
  readonly key: string;
  readonly prevValue: string;
  readonly prevIndex: number;
}

/** What the members agree about: one entry of the log of the v2 store. */
export type V2Change =
  | ({ readonly kind: 'set' | 'create' | 'createInOrder' | 'update' } & Stored)
  | ({ readonly kind: 'compareAndSwap' } & Stored & Compared)
  | ({ readonly kind: 'compareAndDelete' } & Compared)
  | { readonly kind: 'delete'; readonly key: string; readonly dir: boolean; readonly recursive: boolean }
  | { readonly kind: 'get'; readonly key: string; readonly recursive: boolean; readonly sorted: boolean }
  /** Nodes whose time has come expire. */
  | { readonly kind: 'expire' }
  /** A change of members or users: it takes an index, and nobody hears of it. */
  | { readonly kind: 'other' };
