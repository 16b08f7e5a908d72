import { createHash } from 'node:crypto';
import { equalBytes } from '../../../bytes/equalBytes.js';
import { ProtocolError } from '../../../core/errors.js';

/** Bytes of a SHA-256. */
const SIZE = 32;

/** The sum of a snapshot: its last 32 bytes are the SHA-256 of the others. */
export class SnapshotSum {
  readonly #hash = createHash('sha256');
  /** The last bytes so far: they may be the sum. */
  #tail: Uint8Array = new Uint8Array(0);

  add(piece: Uint8Array): void {
    if (piece.length >= SIZE) {
      this.#hash.update(this.#tail).update(piece.subarray(0, -SIZE));
      this.#tail = Uint8Array.from(piece.subarray(-SIZE));
      return;
    }
    const all = Buffer.concat([this.#tail, piece]);
    const last = Math.max(0, all.length - SIZE);
    this.#hash.update(all.subarray(0, last));
    this.#tail = all.subarray(last);
  }

  /** All pieces are there. Throws a ProtocolError when the sum is wrong. */
  check(): void {
    if (equalBytes(this.#hash.digest(), this.#tail)) return;
    throw new ProtocolError('the snapshot is damaged: its sum is wrong', { effect: 'none', operation: 'snapshot' });
  }
}
