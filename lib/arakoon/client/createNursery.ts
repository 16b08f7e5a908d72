import { defer } from 'rxjs';
import { oneOf } from '../../core/check.js';
import * as ops from '../protocol/ops/nursery.js';
import type { Exchange } from '../session/exchange.js';
import { argumentOf, text } from './arguments.js';
import type { Coding } from './coding.js';
import type { Nursery } from './nursery.js';

/** The commands of a nursery, as a table. */
export function createNursery<K, V>(exchange: Exchange, code: Coding<K, V>): Nursery<K, V> {
  return {
    getInterval: (options) => exchange(ops.getInterval, undefined, options),
    setInterval: (interval, options) => exchange(ops.putInterval, interval, options),
    getRouting: (options) => exchange(ops.getRouting, undefined, options),
    setRouting: (routing, options) => exchange(ops.setRouting, routing, options),
    setRoutingDelta: (left, separator, right, options) =>
      defer(() => exchange(ops.setRoutingDelta, { left: text('left', left), separator: argumentOf('separator', separator)!, right: text('right', right) }, options)),
    getConfig: (options) => exchange(ops.getNurseryConfig, undefined, options),
    setConfig: (cluster, nodes, options) => defer(() => exchange(ops.setNurseryConfig, { cluster: text('cluster', cluster), nodes }, options)),
    getFringe: (boundary, direction, options) =>
      defer(() => exchange(ops.getFringe, { boundary: argumentOf('boundary', boundary), direction: oneOf('direction', direction, ['upper', 'lower']) === 'upper' ? 0 : 1 }, options, { asks: 'master' })),
    migrateRange: (interval, steps, options) => defer(() => exchange(ops.migrateRange, { interval, steps: code.steps(steps) }, options)),
  };
}
