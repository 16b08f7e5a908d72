// Uploads an entry of 1 GiB to each store and downloads it, and shows how fast that is and how much memory it takes:
// `npm run hive:large`. The source makes its bytes when they are asked for, and the download keeps only their hash.
// Ends with 1 when a hash is wrong.
//   --mib n        the size; 1024
//   --stores a,b   of zookeeper, etcd, etcd2, arakoon; all
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { lastValueFrom } from 'rxjs';
import { load } from '../load.mjs';
import { stores } from './stores.mjs';

const { openHive, raw } = await load('lib/hive/index.js');

const MIB = 2 ** 20;
const EVERY = 50;
/** Room for the data: ZooKeeper's heap in megabytes, and the quota of etcd. */
const QUOTA = { args: ['--quota-backend-bytes', String(8 * 2 ** 30)] };
const ROOM = {
  zookeeper: { heap: 6000, config: { snapCount: '10000000' } },
  etcd: QUOTA,
  etcd2: QUOTA,
};
const { values: flags } = parseArgs({ options: { mib: { type: 'string' }, stores: { type: 'string' } } });
const mib = Number(flags.mib ?? 1024);
const block = randomBytes(MIB);
const wanted = hashOf();
let isRight = true;
for (const name of flags.stores?.split(',') ?? Object.keys(stores)) {
  const store = await stores[name](ROOM[name]);
  try {
    await measured(name, store.url);
  } finally {
    await store.stop();
  }
}
process.exit(isRight ? 0 : 1);

async function measured(name, url) {
  const hive = await openHive(url, { codec: raw, maxObjectBytes: 2 ** 31 });
  await lastValueFrom(hive.upload([block], { alias: 'warm' }));
  await report(`${name}: upload`, () => lastValueFrom(hive.upload(source(), { alias: 'large' })));
  await report(`${name}: download`, async () => {
    const hash = createHash('sha256');
    for await (const piece of hive.download('large')) hash.update(piece);
    if (hash.digest('hex') === wanted) return;
    isRight = false;
    console.log('WRONG HASH');
  });
  await hive.close();
}

/** Prints the speed of work on all bytes, and the most memory that it took at a time. */
async function report(title, work) {
  global.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), EVERY);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  clearInterval(timer);
  const [memory, more] = [most, most - before].map((bytes) => Math.round(bytes / MIB));
  const speed = Math.round(mib / seconds);
  console.log(`${title} of ${mib} MiB: ${speed} MiB/s, ${memory} MiB of memory at most, ${more} more than before`);
}

/** Pieces of 1 MiB, each with its number in front. */
function* source() {
  for (let i = 0; i < mib; i++) {
    const piece = Buffer.from(block);
    piece.writeUInt32BE(i);
    yield piece;
  }
}

function hashOf() {
  const hash = createHash('sha256');
  for (const piece of source()) hash.update(piece);
  return hash.digest('hex');
}
