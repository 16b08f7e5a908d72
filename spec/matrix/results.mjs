import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CACHE, ROOT } from './folders.mjs';

const FILE = `${CACHE}/results.json`;
const PAGE = `${ROOT}/docs/compatibility.md`;
const BEGIN = '<!-- matrix: written by npm run test:matrix -- --write -->';
const END = '<!-- end of matrix -->';

const keyOf = ({ part, name }) => `${part}: ${name}`;

/** The results of all runs so far, by row. */
function results() {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
}

/** Keeps the outcome of a row. */
export function keep(row, outcome) {
  mkdirSync(CACHE, { recursive: true });
  const on = new Date().toISOString().slice(0, 10);
  writeFileSync(FILE, JSON.stringify({ ...results(), [keyOf(row)]: { on, ...outcome } }, undefined, 1));
}

/**
 * The table of rows, with their last results.
 *
 * @param {readonly import('./outcome.mjs').Row[]} rows
 */
export function table(rows) {
  const all = results();
  const lines = [];
  for (const part of new Set(rows.map((row) => row.part))) {
    lines.push(`| ${part} | passed | failed | need a newer server | on |`, '|---|---|---|---|---|');
    for (const row of rows.filter((one) => one.part === part)) lines.push(line(row, all[keyOf(row)]));
    lines.push('');
  }
  return lines.join('\n').trimEnd();
}

/** Puts the table into the page, between the markers. */
export function write(rows) {
  const [before, rest] = readFileSync(PAGE, 'utf8').split(BEGIN);
  if (rest === undefined) throw new Error(`${PAGE} has no ${BEGIN}`);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table(rows)}\n\n${rest.slice(rest.indexOf(END))}`);
}

function line({ name }, result) {
  if (result === undefined) return `| ${name} | not run | | | |`;
  const { on, passed, failed, lacking = [], missing } = result;
  if (missing !== undefined) return `| ${name} | ${missing.replaceAll('|', '\\|')} | | | ${on} |`;
  const common = failed.filter((it) => it.common).length;
  const also = common > 0 ? ` (${common} with a real server too)` : '';
  return `| ${name} | ${passed.length} | ${failed.length}${also} | ${lacking.length} | ${on} |`;
}
