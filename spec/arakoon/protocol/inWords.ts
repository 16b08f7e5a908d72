import { codeOf } from '../../../lib/arakoon/protocol/errorCode.js';
import type { Interval } from '../../../lib/arakoon/protocol/interval.js';
import type { NurseryConfig } from '../../../lib/arakoon/protocol/nurseryConfig.js';
import type { AnyOp } from '../../../lib/arakoon/protocol/op.js';
import type { ServerVersion } from '../../../lib/arakoon/protocol/ops/reads.js';
import type { Reply } from '../../../lib/arakoon/protocol/reply.js';
import type { Routing } from '../../../lib/arakoon/protocol/routing.js';
import { type NamedField, type Statistics, statisticsOf } from '../../../lib/arakoon/protocol/statistics.js';

/** Answers to one command: `{ rc, value }` or `{ rc, message }`, with lists in the order of the wire. */
export function inWords({ name }: AnyOp, [first, ...more]: readonly Reply<unknown>[]): unknown {
  if ('message' in first!) return { rc: first.number, message: first.message };
  const { number, value } = first as { number: number; value: unknown };
  if (name === 'collapseTlogs')
    return {
      rc: number,
      value: { count: value, items: more.map((reply) => ({ rc: reply.number, i64: plain(valueOf(reply)) })) },
    };
  return { rc: number, value: (SPECIAL[name] ?? plain)(value as never) };
}

/** The same as pyrakoon gave it to its caller: lists turned round, dictionaries, its own names of errors. */
export function inPyrakoon({ name }: AnyOp, [first, ...more]: readonly Reply<unknown>[]): unknown {
  if ('message' in first!) {
    if (first.number === 38)
      return { error: 'ArakoonError', message: `Unknown error code 0x26, server said: ${first.message}` };
    return {
      error: codeOf(first.number).replace(
        /_?([A-Z])([A-Z]*)/g,
        (_, head: string, tail: string) => head + tail.toLowerCase()
      ),
      message: first.message,
    };
  }
  const value = valueOf(first!) as never;
  if (name === 'collapseTlogs') return { result: more.map((reply) => plain(valueOf(reply))) };
  if (name === 'statistics')
    return { result: withoutNaN(statisticsOf((value as NamedField).value as readonly NamedField[])) };
  if (name === 'version') return { result: SPECIAL['version']!(value) };
  if (name === 'getNurseryConfig') return { result: pythonOf(value) };
  return { result: plain(value) };
}

const valueOf = (reply: Reply<unknown>) => (reply as { readonly value: unknown }).value;

function withoutNaN(statistics: Statistics): unknown {
  return Object.fromEntries(
    Object.entries(statistics).map(([name, value]) => [
      name,
      typeof value === 'object' ? withoutNaN(value) : Number.isNaN(value) ? 'NaN' : value,
    ])
  );
}

/** The only one that was captured is that of a single cluster. */
function pythonOf({ routing, clusters }: NurseryConfig): string {
  const nodes = Object.entries(clusters).map(
    ([id, all]) =>
      `'${id}': {${Object.entries(all)
        .map(([node, { hosts, port }]) => `'${node}': (('${hosts.join("', '")}',), ${port})`)
        .join(', ')}}`
  );
  return `NurseryConfig(LeafNode('${(routing as { cluster: string }).cluster}'), {${nodes.join(', ')}})`;
}

const SPECIAL: Readonly<Record<string, (value: never) => unknown>> = {
  ...Object.fromEntries(
    ['prefix', 'range', 'rangeEntries', 'revRangeEntries', 'multiGet'].map((name) => [
      name,
      (value: readonly unknown[]) => ({ wire_order: plain(value.toReversed()) }),
    ])
  ),
  ...Object.fromEntries(
    ['multiGetOption', 'getFringe'].map((name) => [name, (value: readonly unknown[]) => ({ wire_order: plain(value) })])
  ),
  version: ({ major, minor, patch, info }: ServerVersion) => [major, minor, patch, info],
  getTxid: ({ atLeast }: { atLeast: bigint }) => ({ At_least: Number(atLeast) }),
  getInterval: (interval: Interval) => ({
    pr_b: plain(interval.private.begin),
    pr_e: plain(interval.private.end),
    pu_b: plain(interval.public.begin),
    pu_e: plain(interval.public.end),
  }),
  getRouting: routingInWords,
  getNurseryConfig: ({ routing, clusters }: NurseryConfig) => ({
    clusters: Object.entries(clusters).map(([cluster, nodes]) => ({
      cluster,
      nodes: Object.entries(nodes).map(([node, { hosts, port }]) => ({
        ips_wire_order: hosts.toReversed(),
        node,
        port,
      })),
    })),
    routing: routingInWords(routing),
  }),
  statistics: fieldInWords,
};

function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return inText(Buffer.from(value));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'bigint' ? Number(value) : value;
}

function inText(bytes: Buffer): unknown {
  return /^[\x20-\x7e\n]*$/.test(bytes.toString('latin1')) ? bytes.toString('latin1') : { hex: bytes.toString('hex') };
}

function routingInWords(routing: Routing): unknown {
  if ('cluster' in routing) return { cluster: routing.cluster };
  return { left: routingInWords(routing.left), right: routingInWords(routing.right), sep: plain(routing.separator) };
}

function fieldInWords({ name, type, value }: NamedField): unknown {
  if (type === 5) return { name, type, value: value.map(fieldInWords) };
  return { name, type, value: Number.isNaN(value) ? 'NaN' : plain(value) };
}
