/**
 * The keys, as the body of a software transaction sees and writes them. It is over when its attempt is: reads are then
 * rejected, and writes throw.
 */
export interface StmTransaction<V = Uint8Array> {
  /**
   * Reads a key: what this transaction has written, or else the store. `undefined` where there is none. Reads of one
   * turn travel together, once the first one of all has been answered.
   */
  get(key: string): Promise<V | undefined>;
  /** The revision that wrote a key in the store, whatever this transaction has written; 0 where there is none. */
  revision(key: string): Promise<number>;
  /**
   * Writes a key, when the transaction is committed.
   *
   * @param options.lease the key goes when this lease ends. Default: none
   */
  put(key: string, value: V, options?: { readonly lease?: bigint }): void;
  /** Deletes a key, when the transaction is committed, if there is one. */
  delete(key: string): void;
}
