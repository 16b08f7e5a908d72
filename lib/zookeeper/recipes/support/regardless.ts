import type { CallOptions } from '../../session/exchange.js';

/**
 * For requests that make what must be given back, and that give it back: whatever `ZooKeeper.with` says for the others.
 * A node that is left behind because a signal has aborted would keep everybody else waiting.
 */
export const regardless: CallOptions = { timeout: undefined, signal: undefined };
