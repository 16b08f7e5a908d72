// Runs one workload on an Arakoon with one contender, in a process of its own, and prints what it found.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { ID, KEY, VALUE, rawLoop } from './arakoonWire.mjs';
import { measure } from './measure.mjs';

const { build, port, window, contender, verb, lanes } = JSON.parse(process.argv[2]);

function ours(counted) {
  const { connect } = createRequire(import.meta.url)(resolve(build, 'arakoon/index.js'));
  connect({ id: ID, nodes: { arakoon_0: [`127.0.0.1:${port}`] } }).subscribe((client) => {
    const request$ = verb === 'get' ? client.get(KEY) : client.set(KEY, VALUE);
    const next = {
      complete: () => {
        counted(1);
        request$.subscribe(next);
      },
      error: (error) => {
        throw error;
      },
    };
    for (let i = 0; i < lanes; i++) request$.subscribe(next);
  });
}

const result = await measure(window, contender === 'raw' ? (counted) => rawLoop(port, verb, lanes, counted) : ours);
console.log(`RESULT ${JSON.stringify(result)}`);
process.exit(0);
