import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Observable, map, takeUntil } from 'rxjs';
import { ConnectionLostError, UsageError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import type { OpenLimits } from '../../client/owned.js';
import { abortOf } from '../../operators/abortOf.js';
import { toAsyncIterable } from '../../operators/toAsyncIterable.js';
import { type Connection, connectionOf } from '../connection/connectionOf.js';
import type { Profile } from '../connection/profile.js';
import { CONNECTION, settingsOf } from '../connection/settings.js';
import { answerOf } from '../stores/answerOf.js';
import { storeUrl } from '../stores/storeUrl.js';
import type { TreeStore } from '../stores/treeStore.js';
import type { Terminal } from '../terminal/terminal.js';
import { COMMON } from './help.js';
import { type Location, isStore, locationAt, locationOf, storeOf } from './location.js';
import { Output } from './output.js';
import { untilStopped } from './untilStopped.js';
import type { Surroundings } from './surroundings.js';
import { whileConnecting } from './whileWaiting.js';
import type { Call, Closable, Verb } from './verb.js';
import { wholeNumber } from './wholeNumber.js';

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** Nodes that may wait for a slow reader of the output. */
const WAITING = 2 ** 31 - 1;

/** A call of a verb with these arguments. Disposing of it closes the stores that it has opened. */
export class CallOfVerb implements Call, AsyncDisposable {
  readonly verb: string;
  readonly args: readonly string[];
  readonly command: readonly string[];
  readonly terminal: Terminal;
  readonly output: Output;
  readonly directory: string;
  readonly #values: Values;
  readonly #around: Surroundings;
  readonly #stopped$: Observable<unknown>;
  readonly #opened: Closable[] = [];

  /** Throws a `UsageError` when an option is not known, or has no value. */
  constructor(verb: Verb, args: readonly string[], terminal: Terminal, around: Surroundings) {
    const end = verb.runsCommand === true ? args.indexOf('--') : -1;
    const { values, positionals } = parsed(verb, end < 0 ? args : args.slice(0, end));
    this.verb = verb.name;
    this.args = positionals;
    this.command = end < 0 ? [] : args.slice(end + 1);
    this.terminal = terminal;
    this.output = new Output(terminal, values.json === true);
    this.directory = around.directory;
    this.#values = values;
    this.#around = around;
    this.#stopped$ = abortOf(terminal.stop);
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  value(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  values(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : wholeNumber(`--${name}`, value);
  }

  store(schemes?: readonly string[]): Profile {
    const [first] = this.args;
    const hasStore = first !== undefined && isStore(first);
    return storeOf(hasStore ? first : undefined, this.terminal, schemes, first);
  }

  argsWithoutStore(): readonly string[] {
    const [first, ...others] = this.args;
    return first !== undefined && isStore(first) ? others : this.args;
  }

  place(): Location {
    const { rest, ...place } = this.placeAndRest();
    if (rest.length > 0) throw new UsageError('arguments', `are too many: ${rest.join(' ')}`);
    return place;
  }

  placeAndRest() {
    const [first, ...others] = this.args;
    const hasStore = first !== undefined && isStore(first);
    const store = storeOf(hasStore ? first : undefined, this.terminal, undefined, first);
    const [path, ...rest] = hasStore ? others : this.args;
    if (path === undefined) return { ...(hasStore ? locationOf(store) : { store, path: this.directory }), rest };
    return { ...locationAt(store, path, hasStore ? '/' : this.directory), rest };
  }

  places(first: string, second: string): readonly [Location, Location] {
    const [a, b, ...others] = this.args;
    if (a === undefined || b === undefined || others.length > 0)
      throw new UsageError('arguments', `must be two: ${first} and ${second}`);
    return [this.#location(a), this.#location(b)];
  }

  first<T>(stream$: Observable<T>): Promise<T> {
    return answerOf(this.#orStopped(stream$));
  }

  each<T>(source: Observable<T> | AsyncIterable<T>): AsyncIterable<T> {
    if (Symbol.asyncIterator in source) return untilStopped(source, this.terminal.stop);
    return toAsyncIterable(this.#orStopped(source), { buffer: WAITING });
  }

  follow<T>(stream$: Observable<T>): AsyncIterable<T> {
    return toAsyncIterable(stream$.pipe(takeUntil(this.#stopped$)), { buffer: WAITING });
  }

  async open(store: Profile, isOwn = false): Promise<TreeStore> {
    const opening = this.#around.open(store.url, await this.connection(store), isOwn);
    return this.closing(await whileConnecting(this.terminal, store.url, opening));
  }

  async connection(store: Profile): Promise<Connection & OpenLimits> {
    const settings = settingsOf(this.#values, store, this.terminal.env);
    return {
      ...(await connectionOf(storeUrl(store.url).scheme, settings, this.terminal)),
      openTimeout: this.number('timeout') ?? 15_000,
      signal: this.terminal.stop,
    };
  }

  closing<C extends Closable>(client: C): C {
    this.#opened.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((store) => store.close()));
  }

  #location(argument: string): Location {
    return isStore(argument)
      ? locationOf(storeOf(argument, this.terminal))
      : locationAt(storeOf(undefined, this.terminal), argument, this.directory);
  }

  /** The stream, and an error when the user ends the command. */
  #orStopped<T>(stream$: Observable<T>): Observable<T> {
    const stopped = () => raise(new ConnectionLostError('stopped', 'none', { code: 'ABORTED' }));
    return stream$.pipe(takeUntil(this.#stopped$.pipe(map(stopped))));
  }
}

function parsed(verb: Verb, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { value, short, many = false }] of Object.entries({ ...verb.options, ...COMMON, ...CONNECTION }))
    options[name] = {
      type: value === undefined ? 'boolean' : 'string',
      multiple: many,
      ...(short !== undefined && { short }),
    };
  if (args.some((arg) => /^--password(=|$)/.test(arg)))
    throw new UsageError(
      '--password',
      'would be seen by all users of this machine: set QRX_PASSWORD, or --password-file'
    );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const problem = (error as Error).message.split('. ')[0]!;
    throw new UsageError('options', verb.runsCommand === true ? `${problem}; a COMMAND goes after '--'` : problem);
  }
}
