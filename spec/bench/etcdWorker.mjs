// Runs one workload on an etcd with one contender, in a process of its own, and prints its figures.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { measure } from './measure.mjs';

const { build, peers, port, window, contender, verb, lanes } = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);
const VALUE = Buffer.alloc(100, 0x78);
const KEYS = Array.from({ length: 1000 }, (_, i) => `bench/${i}`);

const seen = new Map(); // by key: called when the watch shows it
let at = 0;
const key = () => KEYS[at++ % KEYS.length];

/** What one lane does again and again: a function that calls back when it is done. */
async function ours() {
  const { open } = require(resolve(build, 'etcd/index.js'));
  const options = contender === 'ours uncoalesced' ? { coalesce: 1 } : {};
  const client = await open(`127.0.0.1:${port}`, options);
  const perform = (request$, done) => request$.subscribe({ complete: done, error: fail });
  await Promise.all(KEYS.map((one) => new Promise((done) => perform(client.put(one, VALUE), done))));
  if (verb === 'watch')
    client.events({ prefix: 'bench/' }).subscribe((events) => {
      for (const { key } of events.changes) seen.get(key)?.();
    });
  const acts = {
    get: (done) => perform(client.get(key()), done),
    put: (done) => perform(client.put(key(), VALUE), done),
    txn: (done) => {
      const one = key();
      const change = client
        .transaction()
        .when(one, { exists: true })
        .do((t) => t.put(one, VALUE));
      perform(change.commit(), done);
    },
    lease: (done) =>
      client.leases.grant(60_000).subscribe({ next: ({ id }) => perform(client.leases.revoke(id), done), error: fail }),
    watch: (done, lane) => {
      seen.set(KEYS[lane], done);
      client.put(KEYS[lane], VALUE).subscribe({ error: fail });
    },
  };
  return acts[verb];
}

async function etcd3() {
  const { Etcd3 } = require(`${peers}/node_modules/etcd3`);
  const client = new Etcd3({ hosts: `127.0.0.1:${port}` });
  await Promise.all(KEYS.map((one) => client.put(one).value(VALUE).exec()));
  const perform = (promise, done) => promise.then(done, fail);
  if (verb === 'watch') {
    const watcher = await client.watch().prefix('bench/').create();
    watcher.on('put', ({ key }) => seen.get(key.toString())?.());
  }
  const acts = {
    get: (done) => perform(client.get(key()).buffer(), done),
    put: (done) => perform(client.put(key()).value(VALUE).exec(), done),
    txn: (done) => {
      const one = key();
      perform(client.if(one, 'Create', '>', 0).then(client.put(one).value(VALUE)).commit(), done);
    },
    lease: (done) =>
      perform(
        client.leaseClient.leaseGrant({ TTL: 60 }).then(({ ID }) => client.leaseClient.leaseRevoke({ ID })),
        done
      ),
    watch: (done, lane) => {
      seen.set(KEYS[lane], done);
      client.put(KEYS[lane]).value(VALUE).exec().catch(fail);
    },
  };
  return acts[verb];
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

const act = await (contender === 'etcd3' ? etcd3() : ours());
const result = await measure(window, (counted) => {
  for (let lane = 0; lane < lanes; lane++) {
    const next = () => {
      counted(1);
      act(next, lane);
    };
    act(next, lane);
  }
});
console.log(`RESULT ${JSON.stringify(result)}`);
process.exit(0);
