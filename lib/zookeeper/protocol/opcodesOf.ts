import type { Capability } from '../types.js';

const OPCODES: Readonly<Record<Capability, number>> = {
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  container: 19,
  ttl: 21,
  multiRead: 22,
  setWatches: 101,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  addWatch: 106,
  whoAmI: 107,
};
/** Operations that every server has, and sessions need. */
const COMMON: readonly number[] = [-11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 100, 102];
/**
 * Products that are not Apache's, by their answer to `srvr`, with their operations: ClickHouse Keeper, as all its
 * releases before 2025.
 */
const PRODUCTS: readonly (readonly [name: RegExp, knows: readonly Capability[]])[] = [
  [/^ClickHouse Keeper version/im, ['multiRead']],
];

/** The opcodes that some servers know and others do not. */
export const OPTIONAL: ReadonlySet<number> = new Set(Object.values(OPCODES));

/** The opcodes that a server with these capabilities knows, and no others. */
export function opcodesOf(capabilities: readonly Capability[]): ReadonlySet<number> {
  return new Set([...COMMON, ...capabilities.map((name) => OPCODES[name])]);
}

/** The operations of the server that gave this answer to `srvr`, where its name shows them. */
export function opcodesIn(answer: string): ReadonlySet<number> | undefined {
  const product = PRODUCTS.find(([name]) => name.test(answer));
  return product && opcodesOf(product[1]);
}
