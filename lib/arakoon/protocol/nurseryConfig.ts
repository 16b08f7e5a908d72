import { type Routing, routing } from './routing.js';
import { int, list, record, reversed, text, type RecordCodec } from './recordCodec.js';

/** Where a node listens for clients. */
export interface NodeAddress {
  readonly hosts: readonly string[];
  readonly port: number;
}

/** The nodes of a cluster, by their names. */
export type ClusterNodes = Readonly<Record<string, NodeAddress>>;

/** The clusters of a nursery, and which of them has which keys. */
export interface NurseryConfig {
  readonly routing: Routing;
  readonly clusters: Readonly<Record<string, ClusterNodes>>;
}

/** A hash table: in no order. */
export function table<T>(value: RecordCodec<T>): RecordCodec<Readonly<Record<string, T>>> {
  const entries = list(record<{ name: string; value: T }>({ name: text, value }));
  return {
    write: (out, values) =>
      entries.write(
        out,
        Object.entries(values).map(([name, value]) => ({ name, value }))
      ),
    read: (input) => Object.fromEntries(entries.read(input).map(({ name, value }) => [name, value])),
  };
}

export const clusterNodes: RecordCodec<ClusterNodes> = table(record<NodeAddress>({ hosts: reversed(text), port: int }));
export const nurseryConfig: RecordCodec<NurseryConfig> = record<NurseryConfig>({
  routing,
  clusters: table(clusterNodes),
});
