import type { ShownNode } from './v2Node.js';

/** What happened to a node, as the v2 API tells it. */
export interface V2Event {
  readonly action: 'get' | 'set' | 'create' | 'update' | 'compareAndSwap' | 'delete' | 'compareAndDelete' | 'expire';
  readonly node: ShownNode;
  readonly prevNode?: ShownNode | undefined;
}

/** The index of an event. */
export function indexOf({ node }: V2Event): number {
  return node.modifiedIndex ?? 0;
}
