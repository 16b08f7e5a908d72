/** Names for keys of any characters, in a store whose names have rules. */
export interface KeyNames {
  nameOf(key: string): string;
  /** The key of a name; `undefined` for a name that no key has. */
  keyOf(name: string): string | undefined;
  /** The keys that begin with `prefix`, in the order of their bytes. Names that no key has are left out. */
  keysOf(names: readonly string[], prefix: string): string[];
}

/**
 * Names for keys: percent-encoded, as by `encodeURIComponent`.
 *
 * @param isReserved the names that the store refuses or hides: their first character is encoded too
 * @param escape the character in place of `%`: one that `encodeURIComponent` leaves
 */
export function keyNames(isReserved: RegExp, escape = '%'): KeyNames {
  const nameOf = (key: string) => {
    const plain = encodeURIComponent(key);
    const name = escape === '%' ? plain : plain.replaceAll(escape, encoded(escape)).replaceAll('%', escape);
    return isReserved.test(name) ? encoded(name[0]!).replace('%', escape) + name.slice(1) : name;
  };
  const keyOf = (name: string) => {
    try {
      const key = decodeURIComponent(name.replaceAll(escape, '%'));
      return nameOf(key) === name ? key : undefined;
    } catch {
      return undefined;
    }
  };
  const keysOf = (names: readonly string[], prefix: string) =>
    names
      .map(keyOf)
      .filter((key) => key !== undefined)
      .filter((key) => key.startsWith(prefix))
      .sort(byBytes);
  return { nameOf, keyOf, keysOf };
}

/** The order of the bytes of keys in UTF-8. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A character of ASCII, encoded though it need not be. */
function encoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
