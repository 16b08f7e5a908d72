/** Memory for so many times the bytes that have come may be taken: fresh memory is dear, and no matter of the peer. */
const AHEAD = 8;

/**
 * How much memory to take for a message of which `size` bytes have come. A peer that says that the message is long gets
 * room for all of it when an eighth has come; until then the room doubles. So a message is copied once or twice, and
 * takes little more memory than its own.
 *
 * @param needed bytes of the message, as the peer says
 * @param first bytes that are worth a memory of their own, whatever has come
 */
export function roomFor(size: number, needed: number, first: number): number {
  return needed <= size * AHEAD ? needed : Math.min(needed, Math.max(size * 2, first));
}
