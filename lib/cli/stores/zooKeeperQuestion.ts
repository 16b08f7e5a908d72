import type { AdminAnswer } from './adminServer.js';

/** A question that a server answers by a four-letter word, and by its AdminServer, with a reader of each answer. */
export interface ZooKeeperQuestion<T> {
  readonly word: string;
  readonly ofWord: (answer: string) => T;
  readonly command: string;
  readonly ofAdmin: (answer: AdminAnswer) => T;
}

/** Whether a server has answered that it does not allow the word. */
export function isNotAllowed(answer: string): boolean {
  return /is not executed because|is not in the whitelist/.test(answer);
}
