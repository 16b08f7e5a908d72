/**
 * The server's half of a bridge: watched values for web pages.
 *
 * - {@link bridge} is a handler of requests, `(Request) => Promise<Response>`.
 * - {@link source} is a value with parameters, and {@link action} a change that pages may ask for.
 * - {@link toNodeListener} makes a listener of `node:http` and Express of a handler.
 *
 * The browser's half is `quorum-rx/bridge/browser`.
 *
 * @module
 */
export { action } from './action.js';
export { type Bridge, bridge } from './bridge.js';
export type { BridgeSizes } from './server/hub.js';
export type { BridgeErrorPlace, BridgeLimits, BridgeOptions } from './bridgeOptions.js';
export { BridgeError, type BridgeErrorCode, RemoteError, type RemoteErrorFacts } from './shared/bridgeError.js';
export { source } from './source.js';
export { type NodeRequest, type NodeResponse, toNodeListener } from './toNodeListener.js';
export type { Action, Actions, BridgeTypes, Caller, Source, Sources } from './types.js';
