import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startZooKeeper as startEmbedded } from '../lib/testing/index.js';
import { ROOT, build, node, tsc } from './helpers/project.js';
import { startZooKeeper } from './helpers/zookeeperServer.js';

/** Milliseconds, only for programs that hang: a busy machine may be many times slower. */
const LIMIT = 180_000;
const examples = readdirSync(join(ROOT, 'examples'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .sort();

interface Server {
  readonly connectString: string;
  stop(): Promise<void>;
}

const asksForServers = (file: string) => readFileSync(join(ROOT, 'examples', file), 'utf8').includes('QUORUM_SERVERS');
/** Node 20 has a WebSocket only if it is asked for. */
const flags = (file: string) => (file.startsWith('websocket') ? ['--experimental-websocket'] : []);
const run = async (file: string, env: Record<string, string> = {}) =>
  void (await node([...flags(file), join('examples/.out', file.replace(/\.ts$/, '.js'))], { env, timeout: LIMIT }));

beforeAll(async () => {
  await tsc(['-b', 'examples']);
  await build(); // they import the package by its name
}, LIMIT);

describe('an example that has its servers in its own process', () => {
  for (const file of examples.filter((each) => !asksForServers(each)))
    it(`runs to its end: ${file}`, () => run(file), LIMIT + 5_000);
});

describe.each<[string, () => Promise<Server>]>([
  ['the embedded server', () => startEmbedded()],
  ['ZooKeeper 3.8.0', () => startZooKeeper()],
])('an example, on %s', (_, start) => {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  it('is there', () => expect(examples.filter(asksForServers)).not.toEqual([]));

  for (const file of examples.filter(asksForServers))
    it(`runs to its end: ${file}`, () => run(file, { QUORUM_SERVERS: server!.connectString }), LIMIT + 5_000);

  it(
    'keeps documents in the store that its argument names: document-store.ts',
    async () => {
      const hive = `zk://${server!.connectString}/examples/document-store`;
      for (let run = 1; run <= 2; run++) {
        const printed = await node(['examples/.out/document-store.js', hive], { timeout: LIMIT });
        expect(printed).toMatch(
          /the store has 3 documents[^]*the same content: true[^]*whole: true[^]*3 with 6\.5 MiB/
        );
      }
    },
    2 * LIMIT + 5_000
  );
});
