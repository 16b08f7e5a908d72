// Runs npm scripts of this package, several at a time, and shows the output of each when it ends: `node spec/checks.mjs
// lint typecheck`. Ends with an error if one of them does.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const waiting = process.argv.slice(2);
const failed = [];

/** Runs one script to its end. */
function run(script) {
  return new Promise((done) => {
    const started = performance.now();
    const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => output.push(Buffer.from(String(error))));
    child.once('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'passed' : 'FAILED'} ${script} (${seconds} s)`);
      process.stdout.write(Buffer.concat(output));
      if (code !== 0) failed.push(script);
      done();
    });
  });
}

/** Runs what waits, one script after the other. */
async function lane() {
  for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) await run(script);
}

await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane));
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
