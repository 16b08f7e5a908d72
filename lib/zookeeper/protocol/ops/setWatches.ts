import type { Op } from '../op.js';

/**
 * One-shot watches to set again, in lists by the known state of each node at `zxid`. Later changes are reported at
 * once, as events; for the rest the watch is armed. Persistent watches have no such catch-up (ZOOKEEPER-4698).
 */
export interface SetWatchesRequest {
  /** Newest transaction that a *reply* showed; an event's would skip changes of the same transaction. */
  readonly zxid: bigint;
  /** Nodes that existed, to be told of changes of their data. */
  readonly data: readonly string[];
  /** Nodes that did not exist. */
  readonly exist: readonly string[];
  /** Nodes that existed, to be told of changes of their children. */
  readonly children: readonly string[];
}

/**
 * Servers refuse whole connections over a packet that is too large; Apache's own client stops here too (ZOOKEEPER-706).
 */
const CHUNK = 128 * 1024;
const ENTRY = 4;
/** Header, zxid and the three counts. */
const OVERHEAD = 28;

export const setWatches: Op<SetWatchesRequest, void> = {
  name: 'setWatches',
  opcode: 101,
  readOnly: true,
  encode: (out, { zxid, data, exist, children }) => void out.long(zxid).strings(data).strings(exist).strings(children),
  decode: () => undefined,
};

/** The same watches in requests of at most 128 KiB each, or less if need be; all of them refer to the same `zxid`. */
export function chunked({ zxid, ...lists }: SetWatchesRequest, maxRequest = CHUNK + OVERHEAD): SetWatchesRequest[] {
  const limit = Math.min(CHUNK, maxRequest - OVERHEAD);
  const chunks: SetWatchesRequest[] = [];
  let chunk = { data: [] as string[], exist: [] as string[], children: [] as string[] };
  let size = 0;
  for (const list of ['data', 'exist', 'children'] as const) {
    for (const path of lists[list]) {
      const bytes = ENTRY + Buffer.byteLength(path);
      if (size > 0 && size + bytes > limit) {
        chunks.push({ zxid, ...chunk });
        chunk = { data: [], exist: [], children: [] };
        size = 0;
      }
      chunk[list].push(path);
      size += bytes;
    }
  }
  if (size > 0) chunks.push({ zxid, ...chunk });
  return chunks;
}
