/** Whether both hold the same bytes. `null`, which is no data, equals only `null`, and not data of no bytes. */
export function equalBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((byte, i) => byte === b[i]));
}
