import { integer } from '../../core/check.js';

/** What the names of a queue's items begin with, as kazoo's queues write them. */
export const ENTRY = 'entry-';

/** What stands before the number of an item: low priorities sort first. */
export function entryPrefix(priority: number): string {
  return `${ENTRY}${String(integer('options.priority', priority, 0, 999)).padStart(3, '0')}-`;
}
