import { createHash } from 'node:crypto';
import { RangeResponse } from '../../../etcd/v3/protocol/kv.js';
import { encode } from '../../../etcd/v3/protocol/message.js';
import { ALL_KEYS } from '../store/keySpace.js';
import type { Mvcc } from '../store/mvcc.js';

/** The database of a real server has whole pages of this size, and clients look for that. */
const PAGE = 512;

/** All keys as the bytes of one message, and behind it their SHA-256. No server can be restored from it. */
export function snapshotOf(store: Mvcc): Buffer {
  const content = contentOf(store, 0);
  const pages = Buffer.alloc(Math.ceil(content.length / PAGE) * PAGE);
  content.copy(pages);
  return Buffer.concat([pages, createHash('sha256').update(pages).digest()]);
}

/** A hash of all keys at a revision, of 32 bits. Not the one that a real server has. */
export function hashOf(store: Mvcc, revision: number): number {
  return createHash('sha256').update(contentOf(store, revision)).digest().readUInt32BE();
}

function contentOf(store: Mvcc, revision: number): Buffer {
  return encode(RangeResponse, { header: { revision: store.revision }, kvs: store.range(ALL_KEYS, revision) });
}
