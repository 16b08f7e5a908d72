import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.mjs';
import { CACHE, ROOT } from './folders.mjs';

const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');

/** The client's words for an operation that came with a later version of the server. */
const TOO_OLD = /^ServerError: .* needs a server of version \S+ or newer/;

/** The paths of the specs below `spec/` whose text matches a pattern. */
export function specsWith(pattern) {
  return readdirSync(join(ROOT, 'spec'), { recursive: true })
    .map((name) => `spec/${name}`)
    .filter((path) => path.endsWith('.spec.ts') && pattern.test(readFileSync(join(ROOT, path), 'utf8')))
    .sort();
}

/**
 * Runs specs, one file after the other.
 *
 * @param {readonly string[]} paths
 * @param {Record<string, string>} env names the server
 * @returns {Promise<import('./outcome.mjs').Outcome>}
 */
export async function runSpecs(paths, env) {
  const file = join(CACHE, `jest-${process.pid}.json`);
  await command(process.execPath, [JEST, '-w', '1', '--json', `--outputFile=${file}`, '--runTestsByPath', ...paths], {
    cwd: ROOT,
    env,
    any: true,
  });
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  const passed = [];
  const failed = [];
  const lacking = [];
  for (const { name: path, message, assertionResults } of testResults) {
    const where = path.slice(ROOT.length + 1);
    if (assertionResults.length === 0) failed.push({ name: where, words: message });
    for (const { status, fullName, failureMessages } of assertionResults) {
      const name = `${where}: ${fullName}`;
      if (status === 'passed') passed.push(name);
      else if (TOO_OLD.test(failureMessages[0] ?? '')) lacking.push(name);
      else if (status === 'failed') failed.push({ name, words: failureMessages.join('\n') });
    }
  }
  return { passed, failed, lacking };
}
