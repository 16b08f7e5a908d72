import { expect } from '@jest/globals';

/** Jest compares arrays of bytes element by element, which takes seconds for a megabyte. Loaded by jest.config.js. */
expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    const comparable = a instanceof Uint8Array && b instanceof Uint8Array && a.constructor === b.constructor;
    return comparable && Buffer.compare(a, b) === 0 ? true : undefined; // if they differ, Jest shows where
  },
]);
