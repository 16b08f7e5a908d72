/**
 * Follows a configuration in JSON with `for await`, and applies one version after the other, slowly: what changes
 * meanwhile is conflated, and the last version is always applied.
 * Try: two writers; or a value that the schema refuses.
 */
import { json, open, type StandardSchema } from 'quorum-rx';
import { toAsyncIterable } from 'quorum-rx/operators';
import { firstValueFrom } from 'rxjs';

interface Config {
  readonly replicas: number;
}

/** By hand, to need no library; Zod, Valibot and ArkType have the same interface. */
const schema: StandardSchema<Config> = {
  '~standard': {
    validate: (value) => {
      const replicas = (value as Partial<Config> | null)?.replicas;
      return typeof replicas === 'number'
        ? { value: { replicas } }
        : { issues: [{ message: 'must be a number', path: ['replicas'] }] };
    },
  },
};

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const NODE = '/examples/watch-config';
const LAST = 5;
const codec = json(schema);

const zk = await open(SERVERS);
if ((await firstValueFrom(zk.exists(NODE))) === null)
  await firstValueFrom(zk.create(NODE, { replicas: 0 }, { codec, parents: true }));

const writing = (async () => {
  for (let replicas = 1; replicas <= LAST; replicas++) await firstValueFrom(zk.set(NODE, { replicas }, { codec }));
})();

for await (const node of toAsyncIterable(zk.watch(NODE, { codec }), { overflow: 'latest' })) {
  if (node.kind !== 'present' || node.stale) continue;
  console.log(`applying version ${node.stat.version}: ${node.value.replicas} replicas`);
  await new Promise((done) => setTimeout(done, 50));
  if (node.value.replicas === LAST) break; // unsubscribes, which removes the watch from the server
}

await writing;
await firstValueFrom(zk.delete(NODE));
await zk.close();
console.log('done');
