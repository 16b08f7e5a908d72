/**
 * RxJS operators that know no store; they work on any Observable.
 *
 * - {@link bracket} holds a remote resource while subscribed, and always gives it back.
 * - {@link conflateMap} runs one piece of work at a time, and once more for the newest value that came meanwhile.
 * - {@link deframe} cuts chunks of bytes into length-prefixed frames, a batch per chunk.
 * - {@link gateBy} runs its source only while a gate is open.
 * - {@link multiplex} runs many requests over one link at a time, and gives each its reply.
 * - {@link retryIf} tries again when that can help and cannot harm.
 * - {@link splitLines} cuts chunks of bytes into lines of text, a batch per chunk.
 * - {@link toAsyncIterable} reads a stream with `for await`, over a bounded buffer.
 *
 * @module
 */
export { bracket } from './bracket.js';
export { type ConflateOptions, conflateMap } from './conflateMap.js';
export { deframe } from './deframe.js';
export { gateBy } from './gateBy.js';
export type { MultiplexOptions, RequestDescription } from './channel/protocolOf.js';
export { type Channel, multiplex } from './multiplex.js';
export { type RetryIfOptions, retryIf } from './retryIf.js';
export { splitLines } from './splitLines.js';
export { type AsyncIterableOptions, type Overflow, OverflowError, toAsyncIterable } from './toAsyncIterable.js';
