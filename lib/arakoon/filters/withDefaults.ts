import type { CallOptions } from '../session/callOptions.js';
import type { Exchange } from '../session/exchange.js';

/** Something between the caller and the session: it sees every request. */
export type Filter = (next: Exchange) => Exchange;

/** Gives every request these options, unless it says otherwise. */
export function withDefaults(defaults: CallOptions): Filter {
  return (next) => (op, request, options, manner) =>
    next(op, request, options === undefined ? defaults : { ...defaults, ...options }, manner);
}
