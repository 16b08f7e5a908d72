// Runs the integration specs with newer servers: `npm run test:matrix`. Ends with 1 when anything failed.
//   --only text     the rows whose names contain the text
//   --write         puts the table into docs/compatibility.md
//   --table         runs nothing; prints the table of the last results
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { etcdClients } from './etcdClients.mjs';
import { etcdServers } from './etcdServers.mjs';
import { Missing, essence } from './outcome.mjs';
import { keep, table, write } from './results.mjs';
import { zookeeperClients } from './zookeeperClients.mjs';
import { zookeeperServers } from './zookeeperServers.mjs';

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean' }, table: { type: 'boolean' } },
});
const pinned = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'));
const rows = [
  ...zookeeperServers(pinned.zookeeperServers),
  ...zookeeperClients(pinned.zookeeperClients),
  ...etcdServers(pinned.etcdServers),
  ...etcdClients(pinned.etcdClients),
];
const chosen = flags.table ? [] : rows.filter(({ part, name }) => `${part}: ${name}`.includes(flags.only ?? ''));

for (const row of chosen) {
  console.log(`${row.part}: ${row.name}`);
  const outcome = await row.run().catch(failure);
  keep(row, outcome);
  for (const { name, words } of outcome.failed) console.log(`  failed: ${name}\n${indented(words)}`);
  console.log(`  ${outcome.missing ?? `${outcome.passed.length} passed, ${outcome.failed.length} failed`}`);
  if (outcome.missing === undefined && outcome.failed.length > 0) process.exitCode = 1;
}
console.log(`\n${table(rows)}`);
if (flags.write) write(rows);

/** The outcome of a row that could not run. */
function failure(error) {
  if (error instanceof Missing) return { passed: [], failed: [], missing: error.message };
  console.log(indented(error.stack));
  return { passed: [], failed: [], missing: `not built: ${essence(error.message)}` };
}

function indented(words) {
  return words.replace(/^/gm, '    ').slice(0, 2000);
}
