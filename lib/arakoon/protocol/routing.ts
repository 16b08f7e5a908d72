import type { PullDecoder } from '../../bytes/pullDecoder.js';
import { ProtocolError } from '../../core/errors.js';
import type { RecordCodec } from './recordCodec.js';

/** Which cluster has a key: a tree of separators; keys before a separator are to the left. */
export type Routing =
  { readonly cluster: string } | { readonly separator: Uint8Array; readonly left: Routing; readonly right: Routing };

/** How deep a tree may be, lest a peer exhaust the stack. */
export const DEEPEST_ROUTING = 1000;

export const routing: RecordCodec<Routing> = {
  write(out, tree) {
    if ('cluster' in tree) return void out.bool(true).text(tree.cluster);
    out.bool(false).bytes(tree.separator);
    routing.write(out, tree.left);
    routing.write(out, tree.right);
  },
  read: (input) => readRouting(input, 0),
};

function readRouting(input: PullDecoder, depth: number): Routing {
  if (depth > DEEPEST_ROUTING) throw new ProtocolError(`a routing deeper than ${DEEPEST_ROUTING}`);
  if (input.bool()) return { cluster: input.text() };
  return { separator: input.bytes(), left: readRouting(input, depth + 1), right: readRouting(input, depth + 1) };
}

/** The cluster that has a key. */
export function clusterOf(tree: Routing, key: Uint8Array): string {
  let at = tree;
  while (!('cluster' in at)) at = Buffer.compare(key, at.separator) < 0 ? at.left : at.right;
  return at.cluster;
}
