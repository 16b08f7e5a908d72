import type { EtcdServerSettings } from '../etcdServerOptions.js';
import { EtcdRefusal } from '../etcdRefusal.js';

const EXHAUSTED = 8;
/** Bytes by which a message may be larger than the largest request that writes. */
const OVERHEAD = 512 * 1024;

/** Bytes of the largest message that a server takes. */
export function messageLimit({ maxRequestBytes }: EtcdServerSettings): number {
  return maxRequestBytes + OVERHEAD;
}

/** The refusal of a message that has more bytes. */
export function tooLarge(length: number, limit: number): EtcdRefusal {
  return new EtcdRefusal(EXHAUSTED, `grpc: received message larger than max (${length} vs. ${limit})`);
}
