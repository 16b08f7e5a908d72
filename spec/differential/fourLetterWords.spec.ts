import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fourLetterWord } from '../helpers/fourLetterWord.js';
import { Op, create, ofWatch, read } from './requests.js';
import { Pair, TwoServers } from './twoServers.js';

describe('four-letter words', () => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await TwoServers.start();
    const pair = new Pair(servers);
    await pair.open(0);
    await pair.open(1);
    await pair.send(
      0,
      create(Op.create, { path: '/e', flags: 1 }),
      create(Op.create, { path: '/a' }),
      read(Op.exists, '/a', true),
      read(Op.getChildren, '/a', true),
      ofWatch(Op.addWatch, '/b', 1)
    );
    await pair.send(
      1,
      read(Op.getData, '/a', true),
      create(Op.create, { path: '/f', flags: 3 }),
      read(Op.getData, '/spent', true),
      read(Op.exists, '/e', true)
    );
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  const answers = (word: string) => Promise.all(servers.ports.map((port) => fourLetterWord(port, word)));

  it.each(['srvr', 'stat', 'conf', 'cons', 'dump', 'wchc', 'wchp', 'dirs', 'crst', 'cons'])(
    '%s has the same lines, but for numbers',
    async (word) => {
      const [expected, seen] = await answers(word);
      expect(shapeOf(seen!)).toEqual(shapeOf(expected!));
    }
  );

  it.each(['ruok', 'isro', 'wchs', 'crst', 'srst', 'gtmk', 'hash', 'lead', 'nope'])(
    '%s is answered to the letter',
    async (word) => {
      const [expected, seen] = await answers(word);
      expect(seen).toBe(expected);
    }
  );

  it('stmk takes the eight bytes that come with it, and gtmk tells them', async () => {
    for (const word of [
      'gtmk',
      'stmk',
      'stmk\0\0\0\0',
      'stmk\0\0\0\0\0\0\u0001\u0002',
      'gtmk',
      'stmk\0\0\0\0\0\0\u0001\u0032',
    ]) {
      const [expected, seen] = await answers(word);
      expect([word, seen]).toEqual([word, expected]);
    }
  });

  it.each([
    ['srvr', ': '],
    ['conf', '='],
  ])('%s says the same where it can', async (word, between) => {
    const [expected, seen] = (await answers(word)).map(
      (text) => new Map(text.split('\n').map((line) => line.split(between) as [string, string]))
    );
    for (const key of [
      'Connections',
      'Outstanding',
      'Zxid',
      'Mode',
      'Node count',
      'tickTime',
      'maxClientCnxns',
      'minSessionTimeout',
      'maxSessionTimeout',
      'serverId',
    ])
      expect([key, seen?.get(key)]).toEqual([key, expected?.get(key)]);
  });

  it('mntr has what tools read', async () => {
    const [expected, seen] = (await answers('mntr')).map(
      (text) =>
        new Map(
          text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => line.split('\t') as [string, string])
        )
    );
    expect([...seen!.keys()].filter((key) => !expected!.has(key))).toEqual([]);
    for (const key of [
      'zk_server_state',
      'zk_ephemerals_count',
      'zk_num_alive_connections',
      'zk_outstanding_requests',
      'zk_znode_count',
      'zk_global_sessions',
      'zk_watch_count',
      'zk_approximate_data_size',
    ]) {
      expect([key, seen!.get(key)]).toEqual([key, expected!.get(key)]);
    }
    for (const key of [
      'zk_version',
      'zk_avg_latency',
      'zk_min_latency',
      'zk_max_latency',
      'zk_packets_received',
      'zk_packets_sent',
      'zk_uptime',
    ])
      expect(seen!.has(key)).toBe(true);
  });
});

/** The lines, in any order, without what is a number, a path or a date. */
function shapeOf(text: string): readonly string[] {
  const plain = (line: string) =>
    line
      .replace(/3\.8\.0-.*/, 'version')
      .replace(/expire at .*:/, 'expire at a time:')
      .replace(/(?<=[Dd]ir=).*/, 'a folder')
      .replace(/0x[0-9a-f]+|\b\d+(\.\d+)?\b/g, '0');
  return [...new Set(text.split('\n').map(plain))].sort();
}
