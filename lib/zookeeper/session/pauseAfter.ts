/**
 * A watch that the server has refused so many times in a row, from the first time on, is reported to its subscribers.
 */
export const FEW = 4;

/** The longest pause between two tries of what the server may refuse for long, in milliseconds. */
export const LONGEST_PAUSE = 32_000;

const [FIRST, NEXT] = [1000, 500];

/**
 * The delay before the server is asked again, in milliseconds: 1 s, then 500 ms while a subscriber may wait for the
 * first answer, and later more.
 */
export function pauseAfter(refusals: number, longest = FIRST): number {
  if (refusals > 1 && refusals < FEW) return NEXT;
  return Math.min(longest, FIRST * 2 ** Math.max(0, refusals - FEW));
}
