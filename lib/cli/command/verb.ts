import type { Observable } from 'rxjs';
import type { OpenLimits } from '../../client/owned.js';
import type { Connection } from '../connection/connectionOf.js';
import type { Profile } from '../connection/profile.js';
import type { TreeStore } from '../stores/treeStore.js';
import type { Terminal } from '../terminal/terminal.js';
import type { OptionOfVerb } from './optionOfVerb.js';
import type { Location } from './location.js';
import type { Output } from './output.js';

/** A verb of `qrx`, with its help. */
export interface Verb {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Its arguments, as `'[STORE] PATH'`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionOfVerb>>;
  /** What its arguments are, for completion. Default: paths of the store. */
  readonly operands?: 'paths' | 'other';
  /** Whether a command of another program may follow its arguments, after `--`. */
  readonly runsCommand?: boolean;
  /** Whether it is left out of the help: it is for programs. */
  readonly hidden?: boolean;
  /** Its own verbs, such as `hive put`: the names have both words. */
  readonly subverbs?: readonly Verb[];
  /** Commands, and the effect of each. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Runs the verb. Resolves to its exit code. */
  run(call: Call): Promise<number>;
}

/** A client that can be closed. */
export interface Closable {
  close(): Promise<void>;
}

/** One call of a verb. */
export interface Call {
  /** The name of the verb. */
  readonly verb: string;
  /** The arguments that are no options. */
  readonly args: readonly string[];
  /** The words after `--`, of a verb that runs a command. */
  readonly command: readonly string[];
  readonly terminal: Terminal;
  readonly output: Output;
  /** The path that paths without a first slash are below. */
  readonly directory: string;
  /** Whether a switch is on. */
  flag(name: string): boolean;
  /** The value of an option. */
  value(name: string): string | undefined;
  /** All values of an option that may come several times. */
  values(name: string): readonly string[];
  /** The value of an option that is a whole number. Throws a `UsageError`. */
  number(name: string): number | undefined;
  /**
   * The store that the first argument names, or the usual one. Its place is a part of its URL.
   *
   * @param schemes what its URL may begin with; default: what every verb takes
   */
  store(schemes?: readonly string[]): Profile;
  /** The arguments that are no options, and do not name the store. Only the first one can name it. */
  argsWithoutStore(): readonly string[];
  /** The place that the arguments `[STORE] [PATH]` name. Throws a `UsageError` if there are more arguments. */
  place(): Location;
  /** The place that the first arguments name, as `[STORE] PATH`, and the arguments after it. */
  placeAndRest(): Location & { readonly rest: readonly string[] };
  /** The places of two arguments, each a URL with its path, or a path in the usual store. Throws a `UsageError`. */
  places(first: string, second: string): readonly [Location, Location];
  /** The first value of a stream. Rejects with its error, and when the user ends the command. */
  first<T>(stream$: Observable<T>): Promise<T>;
  /**
   * The values of a stream, for a loop. The loop throws its error, and throws when the user ends the command. A source
   * that is an `AsyncIterable` is read no faster than the loop goes.
   */
  each<T>(source: Observable<T> | AsyncIterable<T>): AsyncIterable<T>;
  /** As `each`, for a stream without an end: the loop ends when the user ends the command. */
  follow<T>(stream$: Observable<T>): AsyncIterable<T>;
  /**
   * Connects to a store. It is closed when the verb has ended.
   *
   * @param isOwn whether the verb needs a session of its own, whose nodes go with it. Default `false`
   */
  open(store: Profile, isOwn?: boolean): Promise<TreeStore>;
  /** The options for the client of a store, of the settings of this call. */
  connection(store: Profile): Promise<Connection & OpenLimits>;
  /** Closes a client when the verb has ended. **Returns** the client. */
  closing<C extends Closable>(client: C): C;
}
