// Counts the events that clients of etcd lose when their line is cut while they catch up: this client and npm's etcd3,
// behind one proxy, so that both suffer the same cuts. Ends with 1 when ours has lost one, or shown one twice:
// `npm run losses`.
//   --cuts n     how often the line is cut; 1,000
//   --seed n     cuts at the same bytes again; default: a random one, which is printed
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { installed } from '../bench/installed.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const built = (file) => import(pathToFileURL(here(`../../.cache/soak/${file}`)).href);
const { open } = await built('lib/etcd/index.js');
const { faultProxy } = await built('lib/testing/index.js');
const { seededRandom } = await built('lib/testing/proxy/seededRandom.js');
const { startRealEtcd } = await built('spec/helpers/realEtcd.js');
const { waitFor } = await built('spec/helpers/waitFor.js');
const { firstValueFrom } = createRequire(import.meta.url)('rxjs');

/** Revisions of the history, of which etcd tells a watcher 1,000 at a time. */
const HISTORY = 4000;
const CUTS_A_ROUND = 6;
/** Bytes that go through before a cut, at most: of about one answer. */
const FARTHEST = 300_000;
/** Milliseconds in which a client that has lost nothing sees the last event. */
const PATIENCE = 30_000;

const { values: flags } = parseArgs({ options: { cuts: { type: 'string' }, seed: { type: 'string' } } });
const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 32));
const wanted = Number(flags.cuts ?? 1000);
const random = seededRandom(seed);
console.log(`seed ${seed}: ${wanted} cuts`);

const cluster = await startRealEtcd();
const proxy = await faultProxy({ target: cluster.endpoints });
const writer = await open(cluster.endpoints);
const clients = [await ours(), theirs()];
const [own] = clients;
const first = await write(HISTORY);
let last = first + HISTORY - 1;
let cuts = 0;
let expected = 0;

while (cuts < wanted) {
  const before = Math.floor(cuts / 100);
  for (const client of clients) await client.watch();
  for (let i = 0; i < CUTS_A_ROUND && cuts < wanted; i++) {
    let isCut = false;
    void proxy.cutAfter(Math.floor(random() * FARTHEST), 'toClient').then(() => (isCut = true));
    await waitFor(() => isCut || own.seen.at(-1) >= last, { interval: 1, timeout: PATIENCE });
    if (!isCut) break;
    cuts++;
  }
  await proxy.heal();
  last = await write(1);
  expected += last - first + 1;
  for (const client of clients) {
    await waitFor(() => client.seen.at(-1) >= last, { interval: 1, timeout: PATIENCE }).catch(() => client.stuck++);
    client.judge();
  }
  const lost = clients.map((client) => `${client.name} lost ${client.lost}`);
  if (Math.floor(cuts / 100) > before) console.log(`${cuts} cuts: ${lost.join(', ')}`);
}

console.log(`${cuts} cuts, ${expected} events for each client`);
for (const { name, lost, twice, disordered, stuck } of clients)
  console.log(`${name}: ${lost} lost, ${twice} twice, ${disordered} out of order, ${stuck} rounds without an end`);
await writer.close();
await own.close();
await proxy.stop();
await cluster.stop();
process.exit(own.lost + own.twice + own.disordered + own.stuck === 0 ? 0 : 1);

/** Writes so many revisions of a key. Returns the first of them. */
async function write(count) {
  const value = new Uint8Array(100);
  let begun;
  for (let at = 0; at < count; at += 100) {
    const some = Array.from({ length: Math.min(100, count - at) }, () => firstValueFrom(writer.put('history', value)));
    begun ??= Math.min(...(await Promise.all(some)).map(({ revision }) => revision));
  }
  return begun;
}

/** A client whose watch has `seen` these revisions in this round. */
function counted(name, more) {
  return {
    ...{ name, seen: [], lost: 0, twice: 0, disordered: 0, stuck: 0 },
    ...more,
    judge() {
      this.stop();
      const known = new Set(this.seen);
      this.lost += last - first + 1 - known.size;
      this.twice += this.seen.length - known.size;
      this.disordered += this.seen.filter((revision, i) => i > 0 && revision < this.seen[i - 1]).length;
    },
  };
}

async function ours() {
  const etcd = await open(`127.0.0.1:${proxy.port}`, { backoff: { min: 1, max: 20 } });
  let subscription;
  return counted('quorum-rx', {
    watch() {
      const seen = (this.seen = []);
      subscription = etcd.events('history', { from: first }).subscribe(({ revision }) => seen.push(revision));
    },
    stop: () => subscription.unsubscribe(),
    close: () => etcd.close(),
  });
}

function theirs() {
  const peer = createRequire(`${installed(here('../../.cache/bench-peers'), ['etcd3'])}/package.json`);
  const { Etcd3 } = peer('etcd3');
  const { ConstantBackoff } = peer('cockatiel');
  const etcd = new Etcd3({
    hosts: `127.0.0.1:${proxy.port}`,
    grpcOptions: { 'grpc.initial_reconnect_backoff_ms': 10, 'grpc.max_reconnect_backoff_ms': 50 },
    faultHandling: { watchBackoff: new ConstantBackoff(5) },
  });
  let watcher;
  return counted('etcd3', {
    async watch() {
      const seen = (this.seen = []);
      watcher = etcd.watch().key('history').startRevision(String(first)).watcher();
      watcher.on('put', ({ mod_revision }) => seen.push(Number(mod_revision)));
      watcher.on('error', (error) => console.log(`etcd3: ${error.message}`));
    },
    stop: () => void watcher.cancel().catch(() => {}),
  });
}
