import { joinPath } from '../../path.js';
import { bySequence, sequenceIn } from './eldestFirst.js';

/** The node of one who waits or holds. */
export interface Contender {
  readonly name: string;
  readonly path: string;
  /** The number that the server gave it: who came first, unless the parent has run out of numbers. */
  readonly sequence: number;
}

/** The words in node names that say their purpose, as Curator's and kazoo's recipes write them. */
export const NODE_NAMINGS = {
  curator: { lock: 'lock-', latch: 'latch-', read: '__READ__', write: '__WRIT__', lease: 'lease-' },
  kazoo: { lock: '__lock__', latch: '__lock__', read: '__rlock__', write: '__lock__', lease: 'lease-' },
} as const;

/** Whose node names to use: those of Curator, for Java, or those of kazoo, for Python. Both contend with ours then. */
export type NodeNaming = keyof typeof NODE_NAMINGS;

/**
 * The text before the word: the mark of a protected create, ours or Curator's; and for kazoo's words the id of a
 * client.
 */
const MARK = '_c_[0-9A-Fa-f-]{32,36}-';
const KAZOO_ID = '[0-9a-f]{32}';
const ANY_NAME = new RegExp(
  `^(?:(?:${MARK})?(${wordsOf('curator')})|(?:${MARK}|${KAZOO_ID})?(${wordsOf('kazoo')}))([-0-9]+)$`
);

function wordsOf(layout: NodeNaming): string {
  return [...new Set(Object.values(NODE_NAMINGS[layout]))].join('|');
}

/**
 * The word in the whole name of a node that contends; `undefined` for a node of anything else, such as
 * `block-0000000001`.
 */
export function wordOf(name: string): string | undefined {
  const [, curator, kazoo, digits = ''] = ANY_NAME.exec(name) ?? [];
  return sequenceIn(digits) === undefined ? undefined : (curator ?? kazoo);
}

/**
 * The children that contend, by their numbers: those whose names are one of these words and a number, with a mark
 * before.
 */
export function contenders(parent: string, names: readonly string[], words?: readonly string[]): readonly Contender[] {
  return names
    .flatMap((name): Contender[] => {
      const word = wordOf(name);
      if (word === undefined || words?.includes(word) === false) return [];
      return [
        { name, path: joinPath(parent, name), sequence: sequenceIn(name.slice(name.lastIndexOf(word) + word.length))! },
      ];
    })
    .sort(bySequence);
}
