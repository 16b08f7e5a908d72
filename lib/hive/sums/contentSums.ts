import type { Observable, Observer } from 'rxjs';

/** Makes the sums of a content: a CRC-32 of each slice, and a SHA-256 of all of them. */
export interface ContentSums {
  /** Takes in the next bytes of the slice that is begun. It does not keep them. */
  add(bytes: Uint8Array): void;
  /**
   * Ends the slice.
   *
   * @param crc gets the CRC-32 of the slice, or the error: at once, or later, in the order of the slices
   */
  endSlice(crc: Observer<number>): void;
  /** **Emits** when another slice may begin; `undefined`: it may begin now. **Errors** if the sums are lost. */
  room(): Observable<void> | undefined;
  /** **Emits** the SHA-256 of all slices, in hexadecimal digits, once. Their CRCs are known then. */
  sha256(): Observable<string>;
  /** Nothing more is asked for. */
  stop(): void;
}
