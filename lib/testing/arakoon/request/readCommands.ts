import * as ops from '../../../arakoon/protocol/ops/reads.js';
import type { ArakoonHostNode } from '../arakoonHost.js';
import { Rc, UNKNOWN, fail } from '../failure.js';
import { bytesOf, keyOf } from '../../host/keyOf.js';
import { same, textOf } from '../store/applyStep.js';
import { asReader, within } from './check.js';
import { type Command, on } from './requestContext.js';

const valueOf = (node: ArakoonHostNode, key: Uint8Array) => node.store.keys.get(keyOf(key)) ?? null;
const text = (key: Uint8Array | null) => (key === null ? null : keyOf(key));
const entriesOf = (node: ArakoonHostNode, keys: readonly string[]): ops.Entry[] =>
  keys.map((key) => [bytesOf(key), node.store.keys.get(key)!]);

/** So many of the first, or all. */
function first<T>(items: readonly T[], max: number): readonly T[] {
  return max < 0 ? items : items.slice(0, max);
}

/**
 * Without a low bound a real server takes `''` for it, and looks whether it is inclusive; without a high one it does
 * not look.
 */
function between({ store }: ArakoonHostNode, { begin, beginInclusive, end, endInclusive }: ops.RangeRequest): string[] {
  return store.keys.between(text(begin) ?? '', beginInclusive, text(end), endInclusive);
}

export const readCommands: readonly Command[] = [
  on(ops.hello, ({ cluster }, { node }) => {
    const { id, version } = node.host.settings;
    return cluster === id
      ? `Arakoon 1.${Math.floor(version / 100) % 100}.${version % 100}`
      : fail(Rc.unknownFailure, UNKNOWN);
  }),
  on(ops.whoMaster, (_, { node }) => (node.host.settings.readonly ? node.name : node.host.mastership.known)),
  on(ops.expectProgressPossible, (_, { node }) => node.host.mastership.everKnown),
  on(ops.version, (_, { node }) => {
    const { version, build } = node.host.settings;
    return { major: 1, minor: Math.floor(version / 100) % 100, patch: version % 100, info: build };
  }),
  on(ops.getCurrentState, (_, { node }) => node.host.mastership.stateOf(node)),
  on(ops.getTxid, (_, { node }) => ({ atLeast: BigInt(node.store.txid) })),
  on(ops.getKeyCount, (_, { node }) => {
    asReader(node, 'consistent');
    return BigInt(node.store.keys.size);
  }),
  on(ops.exists, ({ consistency, key }, { node }) => {
    asReader(node, consistency);
    return valueOf(node, key) !== null;
  }),
  on(ops.get, ({ consistency, key }, { node }) => {
    asReader(node, consistency);
    within(node, key);
    return valueOf(node, key) ?? fail(Rc.notFound, 'Not_found');
  }),
  on(ops.assert, ({ consistency, key, value }, { node }) => {
    asReader(node, consistency);
    if (!same(valueOf(node, key), value)) fail(Rc.assertionFailed, textOf(key));
  }),
  on(ops.assertExists, ({ consistency, key }, { node }) => {
    asReader(node, consistency);
    if (valueOf(node, key) === null) fail(Rc.assertionFailed, textOf(key));
  }),
  on(ops.multiGet, ({ consistency, keys }, { node }) => {
    asReader(node, consistency);
    const missing = keys.findLast((key) => valueOf(node, key) === null);
    if (missing !== undefined) fail(Rc.notFound, textOf(missing));
    return keys.map((key) => valueOf(node, key)!);
  }),
  on(ops.multiGetOption, ({ consistency, keys }, { node }) => {
    asReader(node, consistency);
    return keys.map((key) => valueOf(node, key));
  }),
  on(ops.prefix, ({ consistency, prefix, max }, { node }) => {
    asReader(node, consistency);
    within(node, prefix);
    return first(node.store.keys.withPrefix(keyOf(prefix)), max).map(bytesOf);
  }),
  on(ops.range, (request, { node }) => {
    asReader(node, request.consistency);
    within(node, request.begin, request.end);
    return first(between(node, request), request.max).map(bytesOf);
  }),
  on(ops.rangeEntries, (request, { node }) => {
    asReader(node, request.consistency);
    within(node, request.begin, request.end);
    return entriesOf(node, first(between(node, request), request.max));
  }),
  on(ops.revRangeEntries, (request, { node }) => {
    asReader(node, request.consistency);
    within(node, request.end, request.begin);
    const { begin, beginInclusive, end, endInclusive } = request;
    const upwards = between(node, {
      ...request,
      begin: end,
      beginInclusive: endInclusive,
      end: begin,
      endInclusive: beginInclusive,
    });
    return entriesOf(node, first(upwards.reverse(), request.max));
  }),
];
