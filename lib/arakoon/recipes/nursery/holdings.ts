import type { Span } from '../../protocol/interval.js';
import type { Routing } from '../../protocol/routing.js';

/** The keys that one cluster has. */
export interface Holding {
  readonly cluster: string;
  readonly span: Span;
}

/** Which keys each cluster has, in the order of the keys. */
export function holdings(routing: Routing, { begin, end }: Span = { begin: null, end: null }): readonly Holding[] {
  if ('cluster' in routing) return [{ cluster: routing.cluster, span: { begin, end } }];
  const { separator, left, right } = routing;
  return [...holdings(left, { begin, end: separator }), ...holdings(right, { begin: separator, end })];
}
