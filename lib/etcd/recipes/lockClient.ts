import type { Codec } from '../../core/codecs.js';
import { bytes, utf8 } from '../../core/codecs.js';
import type { Etcd } from '../v3/client/etcd.js';

/** The part of a client that recipes about holding something need. */
export type LockClient<V = Uint8Array> = Pick<Etcd<string, V>, 'with' | 'transaction' | 'scheduler'>;

/** The same client, with keys of text and values of bytes. */
export function rawView(etcd: Pick<LockClient<never>, 'with'>): Etcd {
  return etcd.with({ key: utf8, value: bytes as Codec<Uint8Array> });
}
