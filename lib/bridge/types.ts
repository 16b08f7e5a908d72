import type { Observable, ObservableInput } from 'rxjs';
import type { Freshness } from '../core/watched.js';

/** The sender of a request, as the function `authorize` of the server knows it. */
export interface Caller {
  /** Tells callers apart: a line belongs to one of them, and limits count by it. */
  readonly id: string;
}

/** A watched value that a page may ask for, by its name and with parameters. See `source`. */
export interface Source<P = unknown, S extends Freshness = Freshness, C extends Caller = Caller> {
  /** Returns the parameters if this caller may have them, and throws otherwise. */
  check(parameters: unknown, caller: C): P;
  /** The value. Lines with equal parameters share one subscription, also if their callers differ. */
  watch(parameters: P): Observable<S>;
}

/** The values that pages may ask for, by name. A function is a source without parameters. */
export type Sources<C extends Caller = Caller> = Readonly<
  Record<string, Source<unknown, Freshness, C> | (() => Observable<Freshness>)>
>;

/** A change that a page may ask for. See `action`. */
export interface Action<I = unknown, R = unknown, C extends Caller = Caller> {
  /** Returns the input if this caller may give it, and throws otherwise. */
  check(input: unknown, caller: C): I;
  /** Does the work. Its last value is the result. */
  run(input: I, caller: C): ObservableInput<R>;
}

/** The changes that pages may ask for, by name. */
export type Actions<C extends Caller = Caller> = Readonly<Record<string, Action<unknown, unknown, C>>>;

/** The types of a bridge: a page imports them from the program of the server. */
export interface BridgeTypes<S = Sources, A = Actions> {
  /** For the compiler alone: it is always `undefined`. */
  readonly '~types'?: { readonly sources: S; readonly actions: A };
}

/** The parameters of a source, as the arguments of a call. */
export type ParametersOf<S> = S extends (...none: never) => unknown
  ? []
  : S extends Source<infer P, infer _State, never>
    ? ArgumentOf<P>
    : never;

/** The state that a source emits. */
export type StateOf<S> = S extends (...none: never) => Observable<infer State>
  ? State
  : S extends { watch(parameters: never): Observable<infer State> }
    ? State
    : never;

/** The input of an action, as the arguments of a call. */
export type InputOf<A> = A extends { check(input: unknown, caller: never): infer I } ? ArgumentOf<I> : never;

/** The result of an action. */
export type ResultOf<A> = A extends { run(input: never, caller: never): ObservableInput<infer R> } ? R : never;

/** One argument, or none if it may be `undefined`. */
type ArgumentOf<T> = undefined extends T ? [argument?: T] : [argument: T];
