import type { Observable } from 'rxjs';
import { bytes, oneOf } from '../../core/check.js';
import type { Op } from '../protocol/op.js';
import * as ops from '../protocol/ops/nursery.js';
import type { CallOptions } from '../session/callOptions.js';
import type { CallProfile } from '../session/callProfile.js';
import { argumentOf, checkInterval, checkNodes, checkRouting, text } from './arguments.js';
import type { ViewCodec } from './viewCodec.js';
import { CALL } from './checkOptions.js';
import type { Nursery } from './nursery.js';

/** How a method comes about: see `methods`. */
type Method = <Q, R>(
  op: Op<Q, R>,
  keys: readonly string[],
  options: CallOptions | undefined,
  request: () => Q,
  manner?: CallProfile<R, R>
) => Observable<R>;

/** The commands of a nursery, as a table. */
export function createNursery<K, V>(method: Method, code: ViewCodec<K, V>): Nursery<K, V> {
  return {
    getInterval: (options) => method(ops.getInterval, CALL, options, () => undefined),
    setInterval: (interval, options) =>
      method(ops.putInterval, CALL, options, () => checkInterval('interval', interval)),
    getRouting: (options) => method(ops.getRouting, CALL, options, () => undefined),
    setRouting: (routing, options) => method(ops.setRouting, CALL, options, () => checkRouting('routing', routing)),
    setRoutingDelta: (left, separator, right, options) =>
      method(ops.setRoutingDelta, CALL, options, () => ({
        left: text('left', left),
        separator: bytes('separator', separator),
        right: text('right', right),
      })),
    getConfig: (options) => method(ops.getNurseryConfig, CALL, options, () => undefined),
    setConfig: (cluster, nodes, options) =>
      method(ops.setNurseryConfig, CALL, options, () => ({
        cluster: text('cluster', cluster),
        nodes: checkNodes('nodes', nodes),
      })),
    getFringe: (boundary, direction, options) =>
      method(
        ops.getFringe,
        CALL,
        options,
        () => ({
          boundary: argumentOf('boundary', boundary),
          direction: oneOf('direction', direction, ['upper', 'lower']) === 'upper' ? 0 : 1,
        }),
        { asks: 'master' }
      ),
    migrateRange: (interval, steps, options) =>
      method(ops.migrateRange, CALL, options, () => ({
        interval: checkInterval('interval', interval),
        steps: code.steps(steps),
      })),
  };
}
