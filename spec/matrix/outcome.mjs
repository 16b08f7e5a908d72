/**
 * The outcome of a row of the matrix.
 *
 * @typedef {{
 *   passed: string[],
 *   failed: { name: string, words: string, common?: boolean }[],
 *   lacking?: string[],
 *   missing?: string,
 * }} Outcome
 *   `common`: it fails with a real server too. `lacking`: tests that end at an operation of a later version. `missing`:
 *   why the row could not run at all. It is no pass.
 * @typedef {{ part: string, name: string, run: () => Promise<Outcome> }} Row
 */

/** A server or a client that a registry does not give, or that this machine cannot build. */
export class Missing extends Error {}

/**
 * Waits for a download. An error of it is {@link Missing}.
 *
 * @template T
 * @param {Promise<T>} download$
 * @returns {Promise<T>}
 */
export async function served(download) {
  try {
    return await download;
  } catch (error) {
    throw new Missing(`not served: ${essence(error.message)}`);
  }
}

/** The line of an error message that says the most: the last one, or the last that names an error. */
export function essence(message) {
  const lines = message.split('\n').filter((line) => line.trim() !== '' && !/\[Help \d|http:/.test(line));
  return (
    lines.filter((line) => /error|fail|not found|refused|timeout|ENOENT/i.test(line)).at(-1) ??
    lines.at(-1) ??
    ''
  )
    .trim()
    .slice(0, 200);
}
