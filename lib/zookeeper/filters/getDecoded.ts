import { type Codec, decodedBy } from '../../core/codecs.js';
import type { Op } from '../protocol/op.js';
import { type NodeData, getData } from '../protocol/ops/getData.js';

const OPS = new WeakMap<Codec<unknown>, Op<string, NodeData<unknown>>>();

/** getData whose value a codec has read: an operation like any other, so that decoding costs no operator. */
export function getDecoded<T>(codec: Codec<T>): Op<string, NodeData<T>> {
  let op = OPS.get(codec) as Op<string, NodeData<T>> | undefined;
  if (op === undefined) {
    op = {
      ...(getData as unknown as Op<string, NodeData<T>>),
      decode(input, path) {
        const { value, stat } = getData.decode(input, path);
        return { value: decodedBy(codec, value, 'get', path), stat };
      },
    };
    OPS.set(codec, op);
  }
  return op;
}
