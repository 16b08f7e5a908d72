/**
 * The browser's half of a bridge: {@link fromBridge} shows the watched values of a server in a page, and
 * {@link liveFrom} has them as live values for frameworks. Needs nothing of Node.
 *
 * @module
 */
export { BridgeError, type BridgeErrorCode, RemoteError, type RemoteErrorFacts } from '../shared/bridgeError.js';
export type { FetchOptions } from './fetchWire.js';
export { type BridgeClient, fromBridge, type FromBridgeOptions } from './fromBridge.js';
export { liveFrom } from './liveFrom.js';
export type { LineState } from './pageLine.js';
export type { Live } from '../../store/live.js';
