import * as ops from '../../../arakoon/protocol/ops/nursery.js';
import type { Entry } from '../../../arakoon/protocol/ops/reads.js';
import { Rc, UNKNOWN, fail } from '../failure.js';
import { changeRouting } from '../store/changeRouting.js';
import { bytesOf, keyOf } from '../../host/keyOf.js';
import { applyStep } from '../store/applyStep.js';
import { asReader, propose } from './check.js';
import { type Command, on } from './requestContext.js';

const NOP = { kind: 'nop' } as const;
/** Fringes are cut where they exceed this, in bytes. */
const FRINGE = 1024 ** 2;

export const nurseryCommands: readonly Command[] = [
  on(ops.getInterval, (_, { node }) => {
    asReader(node, 'consistent');
    return node.store.nursery.interval;
  }),
  on(ops.putInterval, (interval, turn) => propose(turn, NOP, (change) => change.setNursery({ interval }))),
  on(ops.getRouting, (_, { node }) => {
    asReader(node, 'consistent');
    return node.store.nursery.routing ?? fail(Rc.notFound, 'Not_found');
  }),
  on(ops.setRouting, (routing, turn) => propose(turn, NOP, (change) => change.setNursery({ routing }))),
  on(ops.setRoutingDelta, ({ left, separator, right }, turn) =>
    propose(turn, NOP, (change) => {
      const routing = change.nursery.routing ?? fail(Rc.notFound, 'Not_found');
      change.setNursery({
        routing: changeRouting(routing, left, separator, right) ?? fail(Rc.unknownFailure, UNKNOWN),
      });
    })
  ),
  on(ops.getNurseryConfig, (_, { node }) => {
    asReader(node, 'consistent');
    const { routing, clusters } = node.store.nursery;
    return { routing: routing ?? fail(Rc.notFound, 'Not_found'), clusters };
  }),
  on(ops.setNurseryConfig, ({ cluster, nodes }, turn) =>
    propose(turn, NOP, (change) => change.setNursery({ clusters: { ...change.nursery.clusters, [cluster]: nodes } }))
  ),
  on(ops.getFringe, ({ boundary, direction }, { node: { store } }) => {
    const bound = boundary === null ? null : keyOf(boundary);
    const keys =
      direction === 0
        ? store.keys.between(null, true, bound, false)
        : store.keys.between(bound, true, null, true).reverse();
    let size = 0;
    const fringe: Entry[] = [];
    for (const key of keys) {
      if (size >= FRINGE) break;
      const value = store.keys.get(key)!;
      fringe.push([bytesOf(key), value]);
      size += key.length + value.length;
    }
    return fringe.reverse();
  }),
  on(ops.migrateRange, ({ interval, steps }, turn) =>
    propose(turn, { kind: 'sequence', steps }, (change) => {
      change.setNursery({ interval });
      applyStep(change, { kind: 'sequence', steps }, turn.node.host.settings.userFunctions);
    })
  ),
];
