import { array, bytes, integer, knownKeys } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Consistency } from '../protocol/consistency.js';
import type { Interval, Span } from '../protocol/interval.js';
import type { ClusterNodes } from '../protocol/nurseryConfig.js';
import { DEEPEST_ROUTING, type Routing } from '../protocol/routing.js';

const LARGEST_INT = 2 ** 31 - 1;
const LARGEST_LONG = 2n ** 63n - 1n;

export function checkConsistency(value: Consistency): Consistency {
  if (value === 'consistent' || value === 'none') return value;
  const atLeast = typeof value === 'object' && value !== null ? value.atLeast : undefined;
  if (typeof atLeast === 'bigint' && atLeast >= 0n && atLeast <= LARGEST_LONG) return value;
  throw new UsageError('options.consistency', "must be 'consistent', 'none', or { atLeast } with a bigint, 0 or above");
}

/** How many are wanted, as servers are told: below 0, all. */
export function maxOf(argument: string, max: number | undefined): number {
  return max === undefined ? -1 : integer(argument, max, 0, LARGEST_INT);
}

/** How many logs are to be kept. */
export function keepOf(keep: number): number {
  return integer('keep', keep, 1, LARGEST_INT);
}

/** A name, which servers take as text. */
export function text(argument: string, value: string): string {
  if (typeof value === 'string') return value;
  throw new UsageError(argument, `must be a string, not ${value === null ? 'null' : typeof value}`);
}

/** Checks the argument of a user function. */
export function argumentOf(argument: string, value: Uint8Array | null): Uint8Array | null {
  return value === null ? null : bytes(argument, value);
}

/** Which keys a cluster is to hold. */
export function checkInterval(argument: string, value: Interval): Interval {
  const { public: shown, private: own } = knownKeys(argument, value, ['public', 'private']);
  checkSpan(`${argument}.public`, shown);
  checkSpan(`${argument}.private`, own);
  return value;
}

/** Which cluster is to have which keys. */
export function checkRouting(argument: string, tree: Routing, depth = 0): Routing {
  if (depth > DEEPEST_ROUTING) throw new UsageError(argument, `must not be deeper than ${DEEPEST_ROUTING}`);
  const { cluster, separator, left, right } = knownKeys(
    argument,
    tree as Partial<Record<'cluster' | 'separator' | 'left' | 'right', never>>,
    ['cluster', 'separator', 'left', 'right']
  );
  if (separator === undefined) {
    text(`${argument}.cluster`, cluster!);
    return tree;
  }
  bytes(`${argument}.separator`, separator);
  checkRouting(`${argument}.left`, left!, depth + 1);
  checkRouting(`${argument}.right`, right!, depth + 1);
  return tree;
}

/** Where the nodes of a cluster are. */
export function checkNodes(argument: string, nodes: ClusterNodes): ClusterNodes {
  for (const [name, node] of Object.entries(knownKeys(argument, nodes, Object.keys(nodes ?? {})))) {
    const { hosts, port } = knownKeys(`${argument}.${name}`, node, ['hosts', 'port']);
    array(`${argument}.${name}.hosts`, hosts).forEach((host, i) => text(`${argument}.${name}.hosts[${i}]`, host));
    integer(`${argument}.${name}.port`, port, 1, 65_535);
  }
  return nodes;
}

function checkSpan(argument: string, span: Span): void {
  const { begin, end } = knownKeys(argument, span, ['begin', 'end']);
  argumentOf(`${argument}.begin`, begin);
  argumentOf(`${argument}.end`, end);
}
