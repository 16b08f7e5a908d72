// Shows that the simulator would notice: puts known faults back into a copy of the library, one at a time, and runs the
// seeds that the specs run. Ends with 1 when no law notices one of them, or one cannot be put back: `npm run teeth`.
//   --check        only looks whether each fault can be put back; takes a second
//   --only text    the faults alone whose names contain this
//   --seeds n      how many runs; as many as the specs make, or as the list says
//   --workers n    processes; 2
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { putBack, readSources } from './putBack.mjs';
import { FAULTS } from './teethList.mjs';

const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seeds: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
});
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Seconds of processor time after which a run will never end: most take a tenth of one. */
const HANGS = 30;

const library = readSources(ROOT);
const faults = FAULTS.filter(({ name }) => name.includes(flags.only)).map((fault) => ({
  ...fault,
  ...putBack(fault, library),
}));
if (faults.length === 0)
  throw new Error(
    `--only: no fault has this in its name: ${flags.only}; there are\n${FAULTS.map(({ name }) => name).join('\n')}`
  );
const impossible = faults.flatMap(({ obstacles }) => obstacles); // to be known before anything is run
if (impossible.length > 0) {
  console.log(impossible.join('\n'));
  process.exitCode = 1;
} else if (flags.check) console.log(`${faults.length} faults can be put back`);
else await bite();

/** Runs the library with each fault in it. */
async function bite() {
  mkdirSync(join(ROOT, '.cache'), { recursive: true }); // below the project, where RxJS is found
  const build = mkdtempSync(join(ROOT, '.cache/teeth-'));
  let unnoticed = 0;
  try {
    const { output, code } = await node([tsc(), '-p', 'spec/simulator', '--outDir', build]);
    if (code !== 0) throw new Error(output);
    const itself = await simulated(build, flags.seeds);
    if (itself.notice !== undefined) throw new Error(`the library as it is does not pass:\n${itself.output}`);
    console.log(`the library as it is\n    no law is broken (${itself.seconds} s)`);
    for (const { name, seeds, etcd, hive, sources } of faults) {
      const restore = [...sources].map(([file, text]) => replaced(join(build, file.replace(/\.ts$/, '.js')), text));
      const { notice, output, seconds } = await simulated(
        build,
        flags.seeds ?? seeds,
        etcd ? ['--etcd'] : hive ? ['--hive'] : []
      );
      for (const back of restore) back();
      if (notice === undefined) unnoticed++;
      console.log(`${name}\n    ${notice ?? `NOT NOTICED: ${output.split('\n')[0]}`} (${seconds} s)`);
    }
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
  console.log(
    unnoticed === 0
      ? `${faults.length} faults, each noticed`
      : `${unnoticed} of ${faults.length} faults are not noticed`
  );
  process.exitCode = unnoticed === 0 ? 0 : 1;
}

/** Runs seeds. `notice` says what was noticed, if anything was. */
async function simulated(build, seeds, alone = []) {
  const began = performance.now();
  const amount = seeds === undefined ? ['--ci'] : ['--seeds', String(seeds)];
  const how = ['--whole', '--hangs', String(HANGS), '--workers', flags.workers, ...amount, ...alone];
  const { output, code } = await node([join(build, 'spec/simulator/run.js'), ...how]);
  const notices = [...output.matchAll(/^seed (\d+): (?:the law "(.*)" is broken|(.*))/gm)]; // one of each worker
  const [, seed, law, otherwise] = notices.sort(([, a], [, b]) => a - b)[0] ?? [];
  if (code !== 0 && seed === undefined) throw new Error(`the simulator itself has failed:\n${output}`);
  return {
    output,
    notice: seed && `seed ${seed}: ${law ?? otherwise}`,
    seconds: ((performance.now() - began) / 1000).toFixed(0),
  };
}

/** Writes a source into the place of what it was compiled to. Returns what undoes that. Its types need not be right. */
function replaced(file, source) {
  const before = readFileSync(file, 'utf8');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, module: 'esnext' }, ROOT);
  writeFileSync(file, ts.transpileModule(source, { compilerOptions: { ...options, sourceMap: false } }).outputText);
  return () => writeFileSync(file, before);
}

function tsc() {
  return join(ROOT, 'node_modules/typescript-native/bin/tsc');
}

/** Runs a program of Node to its end. */
function node(args) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.once('error', failed).once('close', (code) => done({ output, code }));
  });
}
