import { describe, expect, it } from '@jest/globals';
import { faultProxy } from '../../../lib/testing/proxy/faultProxy.js';
import { proxySettings } from '../../../lib/testing/proxy/proxyOptions.js';
import { randomFaults } from '../../../lib/testing/proxy/randomFaults.js';

const target = 'localhost:2181';

describe('the options of a proxy', () => {
  it('have defaults', () => {
    const { seed, ...others } = proxySettings({ target });
    expect(others).toEqual({
      target: { host: 'localhost', port: 2181 },
      host: '127.0.0.1',
      ...{ port: 0, latency: 0, jitter: 0, bandwidth: 0, pieces: 0 },
      rewrite: undefined,
      script: undefined,
    });
    expect([Number.isInteger(seed), seed >= 0, seed < 2 ** 32]).toEqual([true, true, true]);
  });

  it.each([
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
    [
      { host: 'zk', port: 2181, pid: 7 },
      { host: 'zk', port: 2181 },
    ],
  ])('take %j as a target', (given, endpoint) => {
    expect(proxySettings({ target: given }).target).toEqual(endpoint);
  });

  it.each<readonly [string, unknown]>([
    ['options', undefined],
    ['options.target', {}],
    ...[
      '',
      'zk',
      'zk:',
      ':2181',
      'zk:0',
      'zk:65536',
      '::1:2181',
      'a:1,b:2',
      'zk:2181/app',
      null,
      7,
      {},
      { host: '', port: 1 },
      { host: 'zk', port: '2181' },
    ].map((bad) => ['options.target', { target: bad }] as const),
    ['options.latnecy', { target, latnecy: 5 }],
    ['options.host', { target, host: '' }],
    ['options.port', { target, port: 65536 }],
    ['options.seed', { target, seed: -1 }],
    ['options.seed', { target, seed: 2 ** 32 }],
    ['options.latency', { target, latency: NaN }],
    ['options.jitter', { target, jitter: -1 }],
    ['options.bandwidth', { target, bandwidth: 0.5 }],
    ['options.pieces', { target, pieces: Infinity }],
    ['options.rewrite', { target, rewrite: 'x' }],
    ['options.script', { target, script: 'cut' }],
    ['options.script[1]', { target, script: [{ cut: true }, { after: 5 }] }],
  ])('name %s when it is wrong: %j', async (argument, options) => {
    await expect(faultProxy(options as never)).rejects.toMatchObject({ layer: 'usage', argument });
  });

  it('may hold a script without an end', async () => {
    const script = randomFaults({ seed: 1, every: 100_000 });
    await using proxy = await faultProxy({ target, script, seed: 7 });
    expect(proxy.seed).toBe(7);
  });
});
