// Runs one workload on a hive, or on the client of its store, in a process of its own, and prints the figures.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { ID } from './arakoonWire.mjs';
import { measure } from './measure.mjs';

const { build, store, port, window, contender, verb } = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);
const { asyncScheduler, from, lastValueFrom, mergeMap, tap } = require('rxjs');
const { hive, rawHive } = require(resolve(build, 'hive/index.js'));
const { cells, open } = require(resolve(build, store, 'index.js'));

const MIB = 2 ** 20;
const SIZE = 64 * MIB;
const TRANSFERS = 3;
/** Transfers that do not count: in the first ones, Node compiles the code. */
const WARM_UP = 2;
const COLLECTIONS = 6;
/** The sizes that a hive has by default. */
const [SLICE, WINDOW] = [MIB / 2, 8];
/** Bytes of a piece, as files are read. */
const PIECE = MIB / 16;
const KEYS = Array.from({ length: 100 }, (_, i) => `key-${i}`);

/** The client of each store: the cells of a hive, and its own calls. */
const clients = {
  async zookeeper() {
    const zk = await open(`127.0.0.1:${port}`);
    return {
      cells: (place) => cells(zk, `/hive/${place}`),
      get: (key) => zk.get(`/own/${key}`),
      set: (key, value) => zk.set(`/own/${key}`, value),
      make: (key, value) => zk.createOrSet(`/own/${key}`, value, { parents: true }),
      create: (key, value) => zk.create(`/own/${key}`, value),
      delete: (key) => zk.delete(`/own/${key}`),
    };
  },
  async etcd() {
    const etcd = await open(`127.0.0.1:${port}`);
    const put = (key, value) => etcd.put(`own/${key}`, value);
    return {
      cells: (place) => cells(etcd, `hive/${place}/`),
      get: (key) => etcd.get(`own/${key}`),
      set: put,
      make: put,
      create: put,
      delete: (key) => etcd.delete(`own/${key}`),
    };
  },
  async arakoon() {
    const arakoon = await open({ id: ID, nodes: { arakoon_0: [`127.0.0.1:${port}`] } });
    const set = (key, value) => arakoon.set(`own/${key}`, value);
    return {
      cells: (place) => cells(arakoon, `hive/${place}/`),
      get: (key) => arakoon.get(`own/${key}`),
      set,
      make: set,
      create: set,
      delete: (key) => arakoon.delete(`own/${key}`),
    };
  },
};

const client = await clients[store]();
await lastValueFrom(client.make('parent', Buffer.alloc(1)));
const result = await (/\d$/.test(verb) ? small() : large());
console.log(`RESULT ${JSON.stringify(result)}`);
process.exit(0);

/** Values of 100 bytes. */
async function small() {
  const [, name, lanes] = /^([a-z]+)(\d+)$/.exec(verb);
  const value = contender === 'hive objects' ? 'x'.repeat(100) : Buffer.alloc(100, 0x78);
  const entries = contender === 'hive' ? rawHive(client.cells) : hive(client.cells);
  const own = contender === 'own';
  await lastValueFrom(from(KEYS).pipe(mergeMap((key) => (own ? client.make(key, value) : entries.update(key, value)))));
  const acts = own
    ? { get: client.get, update: (key) => client.set(key, value) }
    : { get: (key) => entries.get(key), update: (key) => entries.update(key, value) };
  const act = acts[name];
  let at = 0;
  return measure(window, (counted) => {
    const next = {
      complete() {
        counted(1);
        act(KEYS[at++ % KEYS.length]).subscribe(next);
      },
      error: fail,
    };
    for (let lane = 0; lane < Number(lanes); lane++) act(KEYS[at++ % KEYS.length]).subscribe(next);
  });
}

/**
 * The same bytes again and again; only the transfers count, and not the deletions after them. A process in which there
 * were some collections collects more often from then on, for memory outside of the heap too. So the figures are those
 * of a process that has run for a while, and not by chance those of a new one.
 */
async function large() {
  for (let i = 0; i < COLLECTIONS; i++) global.gc();
  const content = Buffer.alloc(SIZE, 'content ');
  const parts = (size) => Array.from({ length: SIZE / size }, (_, i) => content.subarray(i * size, (i + 1) * size));
  const { upload, download, clear } = contender === 'own' ? ownTransfers(parts(SLICE)) : hiveTransfers(parts(PIECE));
  const transfer = verb === 'upload' ? upload : download;
  let seconds = 0;
  let micros = 0;
  for (let i = -WARM_UP; i < TRANSFERS; i++) {
    if (verb === 'download') await upload();
    const cpu = process.cpuUsage();
    const began = performance.now();
    const bytes = await transfer();
    if (bytes !== SIZE) fail(new Error(`${bytes} bytes were transferred`));
    const { user, system } = process.cpuUsage(cpu);
    if (i >= 0) {
      seconds += (performance.now() - began) / 1000;
      micros += user + system;
    }
    await clear();
  }
  const mib = (TRANSFERS * SIZE) / MIB;
  return { rate: mib / seconds, cpu: micros / mib, rss: process.memoryUsage.rss() / MIB };
}

function ownTransfers(slices) {
  const each = (act) => {
    const acts$ = from(slices).pipe(mergeMap((slice, i) => act(`slice-${i}`, slice), WINDOW));
    return lastValueFrom(acts$, { defaultValue: undefined });
  };
  return {
    upload: () => each(client.create).then(() => SIZE),
    async download() {
      let bytes = 0;
      const count = (found) => (bytes += (found.value ?? found).length);
      await each((key) => client.get(key).pipe(tap(count)));
      return bytes;
    },
    clear: () => each(client.delete),
  };
}

function hiveTransfers(pieces) {
  let later = 0;
  const scheduler = Object.assign(Object.create(asyncScheduler), { now: () => Date.now() + later });
  const entries = rawHive(client.cells);
  const sweeping = rawHive(client.cells, { scheduler });
  return {
    async upload() {
      return (await lastValueFrom(entries.upload(pieces, { alias: 'large' }))).bytesSent;
    },
    async download() {
      let bytes = 0;
      await lastValueFrom(entries.download('large').pipe(tap(({ length }) => (bytes += length))));
      return bytes;
    },
    /** Lets the time of grace pass, in which slices stay. */
    async clear() {
      await lastValueFrom(entries.delete('large'));
      for (let i = 0; i < 3; i++) {
        await lastValueFrom(sweeping.sweep());
        later += 3_600_000;
      }
    },
  };
}

function fail(error) {
  console.error(error);
  process.exit(1);
}
