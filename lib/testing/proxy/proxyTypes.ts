/**
 * The direction of bytes through a proxy: `toServer` or `toClient`.
 *
 * @example
 * const lost: Direction = 'toClient'; // the server does the work, and its replies do not arrive
 */
export type Direction = 'toClient' | 'toServer';

/**
 * Changes the bytes of a chunk; none at all is fine. Connections are numbered from 1, in the order in which they came.
 *
 * A chunk is a piece of the stream. Its borders mean nothing.
 *
 * @example
 * const flip: Rewrite = (bytes, direction) => (direction === 'toClient' ? bytes.map((byte) => byte ^ 1) : bytes);
 */
export type Rewrite = (bytes: Buffer, direction: Direction, connection: number) => Uint8Array;
