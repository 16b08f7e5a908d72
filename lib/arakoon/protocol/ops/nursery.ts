import { type Interval, interval } from '../interval.js';
import { type ClusterNodes, type NurseryConfig, clusterNodes, nurseryConfig } from '../nurseryConfig.js';
import type { Op } from '../op.js';
import { type Routing, routing } from '../routing.js';
import { type Step, sequenceBlob } from '../step.js';
import { blob, bytes, int, list, option, record, text, unit } from '../recordCodec.js';
import { type Entry, entry } from './reads.js';

/** Keys that are about to move to another cluster: those at one end. */
export interface FringeRequest {
  readonly boundary: Uint8Array | null;
  /**
   * 0: the first keys, which are before the boundary; else the last keys, from the boundary on. The outermost key comes
   * last.
   */
  readonly direction: number;
}

const asked = { where: 'master', kind: 'read', request: unit } as const;
const told = { where: 'master', kind: 'idempotent', reply: unit } as const;

export const getInterval: Op<void, Interval> = { ...asked, name: 'getInterval', tag: 0x1e, reply: interval };
export const putInterval: Op<Interval, void> = { ...told, name: 'setInterval', tag: 0x17, request: interval };
export const getRouting: Op<void, Routing> = { ...asked, name: 'getRouting', tag: 0x18, reply: blob(routing) };
export const setRouting: Op<Routing, void> = { ...told, name: 'setRouting', tag: 0x19, request: blob(routing) };
export const setRoutingDelta: Op<
  { readonly left: string; readonly separator: Uint8Array; readonly right: string },
  void
> = {
  ...told,
  name: 'setRoutingDelta',
  tag: 0x21,
  request: record<{ left: string; separator: Uint8Array; right: string }>({
    left: text,
    separator: bytes,
    right: text,
  }),
};
export const getNurseryConfig: Op<void, NurseryConfig> = {
  ...asked,
  name: 'getNurseryConfig',
  tag: 0x20,
  reply: blob(nurseryConfig),
};
export const setNurseryConfig: Op<{ readonly cluster: string; readonly nodes: ClusterNodes }, void> = {
  ...told,
  name: 'setNurseryConfig',
  tag: 0x1f,
  request: record<{ cluster: string; nodes: ClusterNodes }>({ cluster: text, nodes: clusterNodes }),
};
/** Keys with their values, as they are on the wire: at most 1 MiB of them. */
export const getFringe: Op<FringeRequest, readonly Entry[]> = {
  where: 'any',
  kind: 'read',
  name: 'getFringe',
  tag: 0x1d,
  request: record<FringeRequest>({ boundary: option(bytes), direction: int }),
  reply: list(entry),
};
export const migrateRange: Op<{ readonly interval: Interval; readonly steps: readonly Step[] }, void> = {
  where: 'master',
  kind: 'write',
  name: 'migrateRange',
  tag: 0x22,
  request: record<{ interval: Interval; steps: readonly Step[] }>({ interval, steps: sequenceBlob }),
  reply: unit,
};
