/**
 * Which way bytes go through a proxy: `toServer` is what clients send, `toClient` is what they are sent.
 *
 * @example
 * const lost: Direction = 'toClient'; // the server does what it is asked to, and its replies do not arrive
 */
export type Direction = 'toClient' | 'toServer';
