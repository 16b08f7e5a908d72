/**
 * Live values, and their connections to user interfaces. Needs nothing of Node, and knows no store: it takes any
 * Observable.
 *
 * - {@link live} makes a value of a stream of states, which can be read at any time; `select` makes one of a part.
 * - {@link toExternalStore} is a live value for React. Svelte, Vue, Angular and others take one as it is.
 * - {@link markStale} marks the value of a watch as stale while nothing is subscribed to it.
 * - {@link deepEqual} compares by contents, for values that a codec decodes each time.
 *
 * @module
 */
export { deepEqual } from './deepEqual.js';
export { type Live, live, type LiveOptions } from './live.js';
export { UnwatchedError, markStale } from './markStale.js';
export { type ExternalStore, toExternalStore } from './toExternalStore.js';
