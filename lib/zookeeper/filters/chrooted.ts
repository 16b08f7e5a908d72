import { inChroot } from '../path.js';
import type { AnyOp, Op } from '../protocol/op.js';
import type { Exchange } from '../session/exchange.js';

/** Something between the caller and the session: it sees every request, and every reply. */
export type Filter = (next: Exchange) => Exchange;

/**
 * Lets every request happen below `root`: paths get it in front as they are written, and lose it as they are read. A
 * request costs nothing more for it; errors name paths as the caller did.
 */
export function chrooted(root: string): Filter {
  if (root === '') return (next) => next;
  const ops = new WeakMap<AnyOp, AnyOp>(); // those of a codec go with it
  const below = <Q, R>(op: Op<Q, R>): Op<Q, R> => {
    let rooted = ops.get(op) as Op<Q, R> | undefined;
    if (rooted === undefined) ops.set(op, (rooted = rootOp(op, root)));
    return rooted;
  };
  return (next) => (op, request, options) => next(below(op), request, options);
}

/** `path` below both of two roots. */
export function nested(root: string, path: string): string {
  return path === '/' ? root : inChroot(root, path);
}

function rootOp<Q, R>(op: Op<Q, R>, root: string): Op<Q, R> {
  const { fallback, unroot } = op;
  return {
    ...op,
    below: root,
    ...(fallback === undefined ? {} : { fallback: rootOp(fallback, root) }),
    encode: (out, request) => op.encode(out, op.root === undefined ? request : op.root(request, root)),
    ...(unroot === undefined ? {} : { decode: (input, request) => unroot(op.decode(input, request, root), root) }),
  };
}
