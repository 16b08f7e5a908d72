import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Fills a folder, unless that was done before for the same stamp. It is empty when the work begins.
 *
 * @param {string} folder
 * @param {string} stamp says what is made
 * @param {() => unknown} make
 */
export async function onceMade(folder, stamp, make) {
  const file = `${folder}/stamp`;
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make();
  writeFileSync(file, stamp);
}

/**
 * A stamp for files and what is made of them.
 *
 * @param {readonly string[]} files
 * @param {string} more
 */
export function stampOf(files, more = '') {
  const hash = createHash('sha256').update(more);
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
