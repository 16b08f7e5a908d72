// Shows that what is promised is kept: several processes contend, count and queue over bad links with an ensemble whose
// servers are killed and frozen, and a judge outside compares what they say they did. Ends with 1 when anything was
// violated: `npm run soak`.
//   --seed n       makes the same faults at the same times; default: a random one, which is printed
//   --seconds n    for how long faults are made; 220
//   --workers n    processes; 4
//   --ci           short and small: 20 seconds, 3 processes
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  prepare,
  countIsExact,
  drained,
  goesOn,
  noEphemerals,
  nobodyLeft,
  watchesAgree,
  writesAreInOrder,
} from './aftermath.mjs';
import { connect, startEnsemble } from './built.mjs';
import { schedule, wreak } from './chaos.mjs';
import { shared } from './clock.mjs';
import { crew } from './crew.mjs';
import { Judge } from './judge.mjs';

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string' },
    workers: { type: 'string' },
    ci: { type: 'boolean', default: false },
  },
});
const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 32));
const seconds = Number(flags.seconds ?? (flags.ci ? 20 : 220));
const workers = Number(flags.workers ?? (flags.ci ? 3 : 4));
const timeout = flags.ci ? 3000 : 4000;
const CLIENTS = 2;
const FAULTS_EVERY = 5000;

console.log(`seed ${seed}: ${workers} processes with ${CLIENTS} sessions each, ${seconds} s of faults`);
const judge = new Judge();
const ensemble = await startEnsemble(3);
// whoever guards our processes ends them when this one is gone, and removes their folders; but not that of a server
// that is down
process.once('exit', () =>
  ensemble.servers.forEach(({ directory }) => rmSync(directory, { recursive: true, force: true }))
);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const ports = ensemble.servers.map(({ port }) => port);
const staff = await crew(judge, { ports, seed, clients: CLIENTS, timeout, faultsEvery: FAULTS_EVERY });
let zk;
const session = connect(ensemble.connectString).subscribe((it) => (zk = it));
try {
  await prepare(zk);
  for (let number = 0; number < workers; number++) staff.start(number);
  const length = seconds * 1000;
  await wreak(schedule({ seed, length, servers: ports.length, workers, timeout }), { length, ensemble, staff, judge });
  await conclude();
} catch (error) {
  judge.violation(`the soak itself has failed: ${error.stack}`);
} finally {
  await staff.stop();
  session.unsubscribe();
  await ensemble.stop();
}
report();
process.exitCode = judge.violations.length > 0 ? 1 : 0;

/** All is well again, and so it must show that all was well. */
async function conclude() {
  await ensemble.waitForQuorum();
  await staff.ask('calm');
  await goesOn(judge, shared());
  await drained(judge, zk);
  await staff.ask('leave');
  await nobodyLeft(judge, zk);
  await watchesAgree(judge, zk, staff);
  await staff.leave();
  await noEphemerals(judge, ensemble);
  await countIsExact(judge, zk);
  await writesAreInOrder(judge, zk);
  judge.conclude();
}

function report() {
  for (const [title, counts] of [
    ['faults injected', judge.faults],
    ['operations done', judge.done],
  ]) {
    console.log(`\n${title}: ${[...counts.values()].reduce((sum, count) => sum + count, 0)}`);
    for (const [name, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
      console.log(`${String(count).padStart(8)}  ${name}`);
  }
  console.log(`\nseed ${seed}, ${Math.round(performance.now() / 1000)} s: ${judge.violations.length} violations`);
}
