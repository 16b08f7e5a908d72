/**
 * Which way bytes go through a proxy: `toServer` is what clients send, `toClient` is what they are sent.
 *
 * @example
 * const lost: Direction = 'toClient'; // the server does what it is asked to, and its replies do not arrive
 */
export type Direction = 'toClient' | 'toServer';

/**
 * Changes the bytes of a chunk; none at all is fine. Connections are numbered from 1, in the order in which they came.
 *
 * A chunk is what the proxy was given at once. Where it begins and ends means nothing.
 *
 * @example
 * const flip: Rewrite = (bytes, direction) => (direction === 'toClient' ? bytes.map((byte) => byte ^ 1) : bytes);
 */
export type Rewrite = (bytes: Buffer, direction: Direction, connection: number) => Uint8Array;
