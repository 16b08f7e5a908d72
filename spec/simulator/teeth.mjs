// Shows that the simulator would notice: puts faults back into a copy of the library, one at a time, and runs the seeds
// that the specs run. Ends with 1 when no law notices one of them: `npm run teeth`.
//   --only text    the faults alone whose names contain this
//   --seeds n      how many runs; as many as the specs make
//   --workers n    processes; 2
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { FAULTS } from './teethList.mjs';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
});
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Seconds after which a run will never end, also on a slow machine. Most take a tenth of one. */
const HANGS = 30;

const faults = FAULTS.filter(({ name }) => flags.only.split('|').some((each) => name.includes(each)));
if (faults.length === 0)
  throw new Error(`--only: no fault is called ${flags.only}; there are ${FAULTS.map(({ name }) => name).join(', ')}`);
const edited = faults.map(edits); // before anything is run: a fault that cannot be put back is to be known at once
mkdirSync(join(ROOT, '.cache'), { recursive: true }); // below the project, where RxJS is found
const build = mkdtempSync(join(ROOT, '.cache/teeth-'));
let unnoticed = 0;
try {
  await run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'spec/simulator', '--outDir', build], 'inherit');
  for (const [i, fault] of faults.entries()) await bite(fault, edited[i]);
} finally {
  rmSync(build, { recursive: true, force: true });
}
console.log(
  unnoticed === 0 ? `${faults.length} faults, each noticed` : `${unnoticed} of ${faults.length} faults are not noticed`
);
process.exitCode = unnoticed === 0 ? 0 : 1;

/** What the sources are with the fault in them, by file. */
function edits({ name, changes }) {
  const sources = new Map();
  for (const { file, from, to } of changes) {
    const source = sources.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    const count = source.split(from).length - 1;
    if (count !== 1) throw new Error(`"${name}" cannot be put back: ${file} has ${count} times, and not once: ${from}`);
    sources.set(
      file,
      source.replace(from, () => to)
    );
  }
  return sources;
}

/** Runs the library with a fault in it. */
async function bite({ name, seeds = flags.seeds }, sources) {
  const began = performance.now();
  const restore = [...sources].map(([file, source]) =>
    replaced(join(build, file.replace(/\.ts$/, '.js')), compiled(file, source))
  );
  const { output, code } = await run(
    [
      join(build, 'spec/simulator/run.js'),
      '--whole',
      '--hangs',
      String(HANGS),
      '--workers',
      flags.workers,
      ...(seeds === undefined ? ['--ci'] : ['--seeds', String(seeds)]),
    ],
    'pipe'
  );
  for (const back of restore) back();
  const [, seed, law] = /^seed (\d+): (?:the law "(.*)" is broken|(?:the run never ends))/m.exec(output) ?? [];
  const noticed = code === 1 && seed !== undefined;
  if (!noticed) unnoticed++;
  const how = noticed ? `seed ${seed}: ${law ?? 'the run never ends'}` : `NOT NOTICED\n${output}`;
  console.log(`${name}\n    ${how} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}

function compiled(file, source) {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, module: 'esnext', sourceMap: false },
    ROOT
  );
  return ts.transpileModule(source, { compilerOptions: options, fileName: file }).outputText;
}

/** Writes a file. Returns what writes it back. */
function replaced(file, text) {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, text);
  return () => writeFileSync(file, before);
}

/** Runs a program of Node to its end. */
function run(args, stdout) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', stdout, 'inherit'] });
    let output = '';
    child.stdout?.on('data', (text) => (output += text));
    child
      .once('error', failed)
      .once('close', (code) =>
        stdout === 'inherit' && code !== 0 ? failed(new Error(`${args[0]} ended with ${code}`)) : done({ output, code })
      );
  });
}
