import { expect } from '@jest/globals';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** Runs a marble test in virtual time, comparing with Jest's own equality and diff. */
export function marbles(test: (helpers: RunHelpers) => void): () => void {
  return () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
}
