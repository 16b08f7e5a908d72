import { joinPath, sequenceOf } from '../path.js';

/** A node that somebody waits or holds with. */
export interface Contender {
  readonly name: string;
  readonly path: string;
  /** The number that the server gave it: who came first. */
  readonly sequence: number;
}

/** The words in node names that say what a node is for, as Curator's and kazoo's recipes write them. */
export const LAYOUTS = {
  curator: { lock: 'lock-', latch: 'latch-', read: '__READ__', write: '__WRIT__', lease: 'lease-' },
  kazoo: { lock: '__lock__', latch: '__lock__', read: '__rlock__', write: '__lock__', lease: 'lease-' },
} as const;

/** Whose node names to use: those of Curator, for Java, or those of kazoo, for Python. Both contend with ours then. */
export type Layout = keyof typeof LAYOUTS;

/** The children that contend, first come first: those whose names have one of these words before their number. */
export function contenders(parent: string, names: readonly string[], words: readonly string[]): readonly Contender[] {
  return names
    .flatMap((name) => {
      const sequence = sequenceOf(name);
      const fits = sequence !== undefined && words.some((word) => name.includes(word));
      return fits ? [{ name, path: joinPath(parent, name), sequence }] : [];
    })
    .sort((a, b) => a.sequence - b.sequence);
}
