import type { CoordinationError } from './errors.js';

/** Node's name for the method by which `console.log` and `util.inspect` show an object. A browser ignores it. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** `util.inspect`, as Node hands it to that method. */
export type Inspect = (value: unknown, options: object) => string;

/** Lets `console.log` and `util.inspect` show an object by its name and a summary of it. Returns the object. */
export function inspectable<T extends object>(object: T, name: string, summary: () => object): T {
  const value = (_depth: number, options: object, inspect: Inspect) => `${name} ${inspect(summary(), options)}`;
  return Object.defineProperty(object, INSPECT, { value }); // not enumerable: it is no method of the client
}

/** The summary of a client's state: its kind, and why it is like that. */
export function summaryOfState(state: { readonly kind: string; readonly cause?: CoordinationError }): object {
  return { state: state.kind, ...(state.cause !== undefined && { cause: state.cause.message }) };
}
