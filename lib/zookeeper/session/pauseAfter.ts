/** What the server has refused so many times in a row, from the first time on, is said to whoever waits for it. */
export const FEW = 4;

const [FIRST, NEXT] = [1000, 500];

/**
 * How long to wait until the server is asked again, in milliseconds: after 1 s, then every 500 ms while somebody may
 * wait for the first answer, and later less often.
 */
export function pauseAfter(refusals: number, longest = FIRST): number {
  if (refusals > 1 && refusals < FEW) return NEXT;
  return Math.min(longest, FIRST * 2 ** Math.max(0, refusals - FEW));
}
