// The embedded server in a process of its own: tells its port, how long its start took, and what nodes cost it.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const NODES = 100_000;
const { startZooKeeper } = createRequire(import.meta.url)(resolve(process.argv[2], 'testing/index.js'));
await (await startZooKeeper()).stop(); // what is compiled once is not what a test's own server costs
const began = process.hrtime.bigint();
const server = await startZooKeeper();
const startMs = Number(process.hrtime.bigint() - began) / 1e6;
process.send({ port: server.port, startMs });
process.on('message', ({ mark }) => {
  global.gc();
  const { rss } = process.memoryUsage();
  process.send({ mark, rss: rss / 2 ** 20, nodes: server.tree().size, wanted: NODES });
});
process.on('disconnect', () => process.exit(0));
