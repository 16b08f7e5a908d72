import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { firstValueFrom, forkJoin } from 'rxjs';
import { open } from '../../lib/index.js';
import { startZooKeeper, type EmbeddedZooKeeper } from '../../lib/testing/index.js';
import { node } from '../helpers/project.js';

const PEER = 'kazoo (Python)';
let server: EmbeddedZooKeeper;

beforeAll(async () => {
  server = await startZooKeeper();
  const zk = await open(server.connectString);
  await firstValueFrom(forkJoin(['/n', '/n0', '/n1'].map((path) => zk.create(path))));
  await zk.close();
});

afterAll(() => server.stop());

/** Runs the peer, which Jest itself cannot import, and gives the output of the script. */
function measured(asked: object, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const script = `
    import { languages } from './spec/bench/languages.mjs';
    const isWanted = (name) => name === '${PEER}';
    const found = await languages('zookeeper', { nativePeers: '/none', isWanted });
    for (const run of found.values()) console.log(JSON.stringify(await run(${JSON.stringify(asked)})));`;
  return node(['--input-type=module', '--eval', script], { env });
}

it('a client in another language gives the figures that a worker of the bench gives', async () => {
  const common = { port: server.connectString.split(':')[1], window: 200, warmUp: 100, lanes: 4, path: '/n' };
  const answers = await Promise.all(
    ['get', 'set', 'watch', 'connect'].map((verb) => measured({ ...common, verb, nodes: 2 }))
  );
  const figures = answers.map((text) => JSON.parse(text) as Readonly<Record<string, number>>);
  expect(figures.map((one) => Object.keys(one))).toEqual([
    ['rate', 'cpu', 'rss'],
    ['rate', 'cpu', 'rss'],
    ['rate', 'cpu', 'rss', 'bytesEach'],
    ['ms', 'rss'],
  ]);
  for (const { bytesEach: _, ...known } of figures)
    for (const value of Object.values(known)) expect(value).toBeGreaterThan(0);
});

it('a client that this machine does not have is left out, and a line says so', async () => {
  expect(await measured({}, { PATH: '/none' })).toBe(
    `${PEER} is not on this machine, goes on without: spawn nice ENOENT\n`
  );
});
