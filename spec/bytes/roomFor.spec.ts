import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { roomFor } from '../../lib/bytes/roomFor.js';

const FIRST = 64 * 1024;

/** The memory that is taken for a message whose bytes come in pieces of this size, one after the other. */
function taken(needed: number, piece: number): number[] {
  const rooms: number[] = [];
  for (let size = Math.min(piece, needed); ; size = Math.min(needed, size + piece)) {
    if (size > (rooms.at(-1) ?? 0)) rooms.push(roomFor(size, needed, FIRST));
    if (size === needed) return rooms;
  }
}

describe('the room for a message that comes in pieces', () => {
  const needed$ = fc.integer({ min: 1, max: 8 * 2 ** 20 });
  const piece$ = fc.integer({ min: 1024, max: 128 * 1024 });

  it('is enough, and in the end just enough', () => {
    fc.assert(
      fc.property(needed$, piece$, (needed, piece) => {
        expect(taken(needed, piece).at(-1)).toBe(needed);
      })
    );
  });

  it('is at most eight times what has come, whatever the peer says, but for the first memory', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 2 ** 20 }), (needed, size) => {
        expect(roomFor(size, Math.max(size, needed), FIRST)).toBeLessThanOrEqual(Math.max(size * 8, FIRST));
      })
    );
  });

  it('is little more than the message in all, for the garbage collector counts every byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST * 4, max: 8 * 2 ** 20 }), piece$, (needed, piece) => {
        const all = taken(needed, piece).reduce((sum, room) => sum + room, 0);
        expect(all / needed).toBeLessThan(1.5);
      })
    );
    expect(taken(512 * 1024, 16 * 1024)).toEqual([FIRST, 512 * 1024]);
  });
});
