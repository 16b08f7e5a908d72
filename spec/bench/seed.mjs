// Makes the nodes that the workloads read.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { paths } from './workloads.mjs';

const { build, port, watched, tree } = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);
const { open } = require(resolve(build, 'index.js'));
const { forkJoin, lastValueFrom } = require('rxjs');
const SMALL = Buffer.alloc(100, 0x61);
const AT_ONCE = 5000;

const zk = await open(`127.0.0.1:${port}`);
const all = (list) => lastValueFrom(forkJoin(list), { defaultValue: [] });
const parent = (path) => all([zk.create(path)]);

for (const path of [
  paths.root,
  paths.kids,
  paths.churn,
  `${paths.root}/multi`,
  `${paths.root}/watched`,
  `${paths.root}/tree`,
])
  await parent(path);
await all([zk.create(paths.node, SMALL), zk.create(paths.big, Buffer.alloc(100 * 1024, 0x61))]);
await all(paths.multi.map((path) => zk.create(path, SMALL)));
await all(Array.from({ length: 100 }, (_, i) => zk.create(`${paths.root}/tree/d${i}`)));
await many(10_000, (i) => `${paths.kids}/child-${String(i).padStart(10, '0')}`, Buffer.alloc(0));
await many(watched, paths.watched, SMALL);
await many(tree, paths.tree, SMALL);
await zk.close();
process.exit(0);

async function many(count, path, data) {
  for (let i = 0; i < count; i += AT_ONCE) {
    await all(Array.from({ length: Math.min(AT_ONCE, count - i) }, (_, k) => zk.create(path(i + k), data)));
  }
}
