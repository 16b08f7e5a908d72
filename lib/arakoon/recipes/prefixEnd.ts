/** For those who go by ranges: a recipe for a bound. */
export { prefixEnd } from '../client/prefixEnd.js';
