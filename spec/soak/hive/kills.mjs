// Kills the process that writes an entry of a hive, again and again, in the middle of its work, and shows that every
// read finds a whole content, that no acknowledged one is lost, and that nothing is left over. Meanwhile it reads and
// sweeps. Ends with 1 when anything was violated: `npm run hive:kills`.
//   --kills n      on each store; 300
//   --stores a,b   of zookeeper, etcd, etcd2, arakoon; all
//   --seed n       kills at the same moments of the work; default: a random one, which is printed
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { firstValueFrom } from 'rxjs';
import { load } from '../load.mjs';
import { SIZES, numberOf } from './contents.mjs';
import { stores } from './stores.mjs';

const { isCoordinationError } = await load('lib/core/index.js');
const { rawHive } = await load('lib/hive/index.js');
const { seededRandom } = await load('lib/testing/proxy/seededRandom.js');
const { waitFor } = await load('spec/helpers/waitFor.js');

const WRITER = fileURLToPath(new URL('writer.mjs', import.meta.url));
const ALIAS = 'document';
/** Milliseconds after which a writer without a sign of life is taken for dead. */
const GRACE = 400;
/** The longest life of a writer, in lines of its output: about seven contents. */
const LONGEST_LIFE = 40;
/** Milliseconds from a line to the death, at most: about as long as a request takes. */
const LATEST = 4;
/** The part of the writers that stand still before they die, for so long that a sweeper takes them for dead. */
const SLEEPERS = 1 / 4;

const { values: flags } = parseArgs({
  options: { kills: { type: 'string' }, stores: { type: 'string' }, seed: { type: 'string' } },
});
const kills = Number(flags.kills ?? 300);
const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 32));
const violations = [];
console.log(`seed ${seed}: ${kills} kills on each store`);
for (const name of flags.stores?.split(',') ?? Object.keys(stores)) {
  const store = await stores[name]();
  try {
    console.log(`${name}: ${await tried(store, (text) => violations.push(`${name}: ${text}`))}`);
  } catch (error) {
    violations.push(`${name}: ${error.stack}`);
  } finally {
    await store.stop();
  }
}
for (const text of violations) console.log(`VIOLATION ${text}`);
console.log(`${violations.length} violations`);
process.exit(violations.length > 0 ? 1 : 0);

/**
 * Kills writers of a hive in this store. Returns counts: `amid` are kills between two slices, `condemned` are writers
 * that were too slow, `unheard` are contents that were visible though their writer could not say so.
 */
async function tried({ url, cells }, violation) {
  const random = seededRandom(seed);
  const hive = rawHive(cells, { ...SIZES, grace: GRACE });
  const counts = { kills: 0, amid: 0, acknowledged: 0, condemned: 0, unheard: 0, reads: 0, sweeps: 0, removed: 0 };
  let acknowledged = 0; // the number of the newest content that was
  let begun = 0;
  let seen = 0;
  let isOver = false;
  const beside = Promise.all([reading(), sweeping()]).catch((error) => violation(error.stack));
  while (counts.kills < kills) await life();
  isOver = true;
  await beside;
  await nothingLeft();
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');

  /** The number of the entry. */
  async function current() {
    const least = Math.max(acknowledged, seen);
    const content = await firstValueFrom(hive.get(ALIAS, { latest: true })).catch((error) => {
      if (isCoordinationError(error, 'ALIAS_NOT_FOUND')) return undefined;
      throw error;
    });
    const number = content === undefined ? 0 : numberOf(content);
    if (number === undefined) violation(`a read found ${content.length} bytes that are no whole content`);
    else if (number < least) violation(`a read found content ${number}, after ${least} was acknowledged or read`);
    seen = Math.max(seen, number ?? 0);
    counts.reads++;
    return number;
  }

  async function reading() {
    for (; !isOver; await sleep(5)) await current();
  }

  async function sweeping() {
    while (!isOver) {
      counts.removed += (await firstValueFrom(hive.sweep())).removed;
      counts.sweeps++;
      await sleep(GRACE / 4);
    }
  }

  /** The life of one writer, from its birth to its death. */
  async function life() {
    const args = JSON.stringify({ url, alias: ALIAS, first: begun + 1, grace: GRACE });
    const child = spawn(process.execPath, [WRITER, args], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {}); // it is dead
    let complaint = '';
    child.stderr.on('data', (chunk) => (complaint += chunk));
    let left = 1 + Math.floor(random() * LONGEST_LIFE);
    const after = random() * LATEST;
    let isSleeper = random() < SLEEPERS;
    let word;
    let number;
    createInterface({ input: child.stdout }).on('line', (line) => {
      [word, number] = line.split(' ');
      if (word === 'begins') begun = Number(number);
      if (word === 'condemned') counts.condemned++;
      if (word === 'done') {
        acknowledged = Number(number);
        counts.acknowledged++;
      }
      if (--left === 0) setTimeout(isSleeper ? sleepOn : () => child.kill('SIGKILL'), after);
    });
    const sleepOn = async () => {
      isSleeper = false;
      child.kill('SIGSTOP');
      await sleep(2 * GRACE);
      left = 2; // it goes on for two lines, and dies
      child.kill('SIGCONT');
    };
    const [code, signal] = await once(child, 'close');
    if (signal !== 'SIGKILL') throw new Error(`the writer ended with ${code ?? signal}: ${complaint}`);
    counts.kills++;
    if (word === 'slice') counts.amid++;
    const found = await current();
    if (found > acknowledged) counts.unheard++;
    if (found > begun) violation(`content ${found} was read, and ${begun} is the last that was written`);
  }

  /** After the time of grace, the store has nothing but the entry. */
  async function nothingLeft() {
    const one = async (reply$) => firstValueFrom(reply$);
    const stat = await one(hive.stat(ALIAS, { latest: true }));
    const slices = stat.upload === undefined ? 0 : Math.ceil(stat.size / SIZES.sliceBytes);
    const wanted = stat.upload === undefined ? ['h/document'] : ['h/document', `u/${stat.upload}`];
    let found;
    const isClean = async () => {
      await one(hive.sweep());
      const places = Array.from({ length: 256 }, (_, i) => `slices/${i.toString(16).padStart(2, '0')}`);
      const lists = await Promise.all(places.map((place) => one(cells(place).list('', { latest: true }))));
      found = { index: await one(cells('index').list('', { latest: true })), slices: lists.flat().length };
      return String(found.index) === String(wanted) && found.slices === slices;
    };
    await waitFor(isClean, { timeout: 20_000, interval: GRACE }).catch(() =>
      violation(`${found.index} with ${found.slices} slices are left, instead of ${wanted} with ${slices}`)
    );
    await current();
  }
}
