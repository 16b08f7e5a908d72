// Looks for faults by machine: clients and servers in virtual time, under faults drawn from seeds. Ends with 1 when a
// law is broken.   --seeds n      how many runs; 1000, or without an end if --minutes is given
//   --ci           as many runs as the specs
//   --seed n       the first of them; 1
//   --minutes n    for how long
//   --only a,b     these actors alone
//   --etcd         the runs with etcd alone: one seed of four has one
//   --hive         the runs with a hive alone: one seed of four has one
//   --faults a,b   these kinds of faults alone
//   --workers n    processes; 2
//   --whole        a run that breaks a law is not shortened
//   --hangs n      seconds of processor time after which a run will never end; 120
//   --coverage     also measures which code of the library runs; takes twice as long
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ACTORS } from './cast.js';
import { ETCD_ACTORS } from './etcdCast.js';
import { HIVE_ACTORS } from './hiveCast.js';
import { Totals } from './totals.js';
import { NEVER_ENDS } from './watchdog.js';
import type { Block, Word } from './worker.js';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values: flags } = parseArgs({
  options: {
    seeds: text,
    seed: text,
    minutes: text,
    only: text,
    faults: text,
    workers: text,
    hangs: text,
    coverage: flag,
    ci: flag,
    etcd: flag,
    hive: flag,
    whole: flag,
  },
});
/** How many runs the specs make: each fault of `teeth` must be noticed in them. */
const CI_SEEDS = 200;
const BLOCK = 50;
/** Most objects live for a moment, and most errors are expected: a sixth less time. */
const CHEAPER = ['--max-semi-space-size=32', '--stack-trace-limit=5'];
/** Milliseconds of processor time. A run takes some hundred of them. */
const hangsAfter = Number(flags.hangs ?? 120) * 1000;

const until = flags.minutes === undefined ? Infinity : Date.now() + Number(flags.minutes) * 60_000;
const first = Number(flags.seed ?? 1);
const end =
  flags.seeds === undefined && flags.minutes !== undefined
    ? Infinity
    : first + Number(flags.seeds ?? (flags.ci ? CI_SEEDS : 1000));
const only = flags.only?.split(',') ?? [];
const faults = flags.faults?.split(',') ?? [];
const everybody = [...ACTORS, ...ETCD_ACTORS, ...HIVE_ACTORS].map(({ name }) => name);
const unknown = only.filter((name) => !everybody.includes(name));
if (unknown.length > 0)
  throw new Error(`--only: no actor is called ${unknown.join(', ')}; there are ${everybody.join(', ')}`);

const alone = flags.etcd ? 'etcd' : flags.hive ? 'hive' : undefined;
const totals = new Totals(
  alone === undefined ? '' : `--${alone} `,
  everybody.filter((name) => only.length === 0 || only.includes(name))
);
let next = first;
await Promise.all(Array.from({ length: Number(flags.workers ?? 2) }, work));
console.log(totals.inWords());
process.exitCode = totals.failures.length > 0 ? 1 : 0;

/** One worker, block after block. */
async function work(): Promise<void> {
  const worker = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [String(hangsAfter)], {
    execArgv: CHEAPER,
  });
  while (next < end && Date.now() < until && totals.failures.length === 0) {
    const runs = Math.min(BLOCK, end - next);
    const block: Block = {
      seed: next,
      runs,
      only,
      alone,
      faults,
      shortened: !flags.whole,
      coverage: flags.coverage,
    };
    next += runs;
    totals.add(await blockDone(worker, block));
  }
  worker.kill('SIGKILL');
}

function blockDone(worker: ChildProcess, block: Block): Promise<Word & { readonly kind: 'done' }> {
  return new Promise((resolve) => {
    let { seed } = block;
    const hear = (word: Word) => {
      if (word.kind === 'begins') return void (seed = word.seed);
      worker.off('message', hear).off('exit', gone);
      resolve(word);
    };
    const gone = (code: number | null, signal: NodeJS.Signals | null) => {
      totals.fail(
        `seed ${seed}: ${signal === NEVER_ENDS ? 'the run never ends' : `the process ended with ${code ?? signal}`}`
      );
      resolve({
        kind: 'done',
        runs: 0,
        passed: 0,
        faults: [],
        operations: [],
        meetings: [],
        covered: [],
        failure: undefined,
      });
    };
    worker.on('message', hear).once('exit', gone);
    worker.send(block);
  });
}
