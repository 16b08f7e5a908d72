import { integer } from '../../../core/check.js';
import { bySequence, sequenceIn } from '../locks/eldestFirst.js';

/** The beginning of the names of a queue's items, as kazoo's queues write them. */
const ENTRY = 'entry-';
const ENTRY_NAME = new RegExp(`^${ENTRY}(\\d{3})-([-0-9]+)$`);
const DELAYED_NAME = new RegExp(`^${ENTRY}(\\d{3})-\\|([0-9A-F]{12,14})\\|([-0-9]+)$`);

/** The part of a name before the number of an item: low priorities sort first. */
export function entryPrefix(priority: number): string {
  return `${ENTRY}${String(integer('options.priority', priority, 0, 999)).padStart(3, '0')}-`;
}

/**
 * The part of a name before the number of an item that is not due: its priority, and its time in hexadecimal, between
 * bars as with Curator.
 */
export function delayedPrefix(priority: number, at: number): string {
  return `${entryPrefix(priority)}|${at.toString(16).toUpperCase().padStart(12, '0')}|`;
}

/** An item, as its name says it. */
interface Entry {
  readonly name: string;
  readonly priority: number;
  readonly sequence: number;
}

/** An item that is not due before a time. */
export interface DelayedEntry extends Entry {
  readonly at: number;
}

/** The names of items among those of children, the first to be done first. */
export function entriesInOrder(names: readonly string[]): readonly string[] {
  const entries = names.flatMap((name): Entry[] => {
    const [, priority, digits = ''] = ENTRY_NAME.exec(name) ?? [];
    const sequence = sequenceIn(digits);
    return sequence === undefined ? [] : [{ name, priority: Number(priority), sequence }];
  });
  return entries.sort(byPriority).map(({ name }) => name);
}

/** The delayed items among children, the earliest first. */
export function delayedInOrder(names: readonly string[]): readonly DelayedEntry[] {
  const entries = names.flatMap((name): DelayedEntry[] => {
    const [, priority, at = '', digits = ''] = DELAYED_NAME.exec(name) ?? [];
    const sequence = sequenceIn(digits);
    return sequence === undefined ? [] : [{ name, priority: Number(priority), at: Number.parseInt(at, 16), sequence }];
  });
  return entries.sort((a, b) => a.at - b.at || byPriority(a, b));
}

function byPriority(a: Entry, b: Entry): number {
  return a.priority - b.priority || bySequence(a, b);
}
