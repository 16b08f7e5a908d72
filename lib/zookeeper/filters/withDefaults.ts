import type { CallOptions } from '../session/exchange.js';
import type { Filter } from './chrooted.js';

/** Gives every request these options, unless it says otherwise. */
export function withDefaults(defaults: CallOptions): Filter {
  return (next) => (op, request, options) =>
    next(op, request, options === undefined ? defaults : { ...defaults, ...options });
}
