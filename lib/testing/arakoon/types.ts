/** The store that a user function works on: the keys, with its own changes. */
export interface UserStore {
  get(key: string | Uint8Array): Uint8Array | null;
  set(key: string | Uint8Array, value: string | Uint8Array): void;
  /** Deletes a key, if it is there. */
  delete(key: string | Uint8Array): void;
  /** The keys that begin with a prefix, in order: those that were there before. */
  keys(prefix?: string | Uint8Array): Uint8Array[];
}

/** Functions as an administrator would plug them in, by their names. When one throws, the client gets its message. */
export type UserFunctions = Readonly<
  Record<string, (store: UserStore, argument: Uint8Array | null) => Uint8Array | null>
>;

/** A conversation with a client, as a user hook has it. */
export interface UserHookCall {
  /** The value of a key at the node. */
  get(key: string | Uint8Array): Uint8Array | null;
  keys(prefix?: string | Uint8Array): Uint8Array[];
  /** Sends bytes as they are; by custom, four of zero come first. */
  write(bytes: Uint8Array): void;
  /** Hears all that the client sends from now on. Without a listener, commands go on when the hook has returned. */
  listen(listener: (chunk: Uint8Array) => void): void;
  /** Closes the connection. */
  end(): void;
}

/** Hooks as an administrator would plug them in, by their names. */
export type UserHooks = Readonly<Record<string, (call: UserHookCall) => void>>;
