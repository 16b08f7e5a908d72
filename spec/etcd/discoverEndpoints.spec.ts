import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, of, throwError } from 'rxjs';
import { ConnectError } from '../../lib/core/errors.js';
import { type DiscoverOptions, discoverEndpoints } from '../../lib/etcd/discoverEndpoints.js';
import { parseEndpoints } from '../../lib/etcd/endpoints.js';
import type { SrvRecord } from '../../lib/transport/srv.js';

const record = (name: string, port = 2379): SrvRecord => ({ name, port, priority: 1, weight: 1 });
const none = () => throwError(() => new ConnectError('none', { code: 'NAME_NOT_FOUND' }));

/** The members that are found with these records, and the names that were asked for. */
async function found(records: Readonly<Record<string, readonly SrvRecord[]>>, options: DiscoverOptions = {}) {
  const asked: string[] = [];
  const lookup = (name: string) => {
    asked.push(name);
    return records[name] === undefined ? none() : of(records[name]);
  };
  const urls = await firstValueFrom(discoverEndpoints('example.com', { random: () => 0, lookup, ...options }));
  return { urls, asked };
}

const PLAIN = '_etcd-client._tcp.example.com';
const SECURE = '_etcd-client-ssl._tcp.example.com';

describe('the members that DNS names', () => {
  it('are those for TLS, if there are any', async () => {
    const { urls, asked } = await found({ [SECURE]: [record('a.'), record('b.', 1)], [PLAIN]: [record('c')] });
    expect(urls).toEqual(['https://a:2379', 'https://b:1']);
    expect(asked).toEqual([SECURE]);
    expect(parseEndpoints(urls)).toMatchObject({ secure: true });
  });

  it('are the plain ones, if there are no others', async () => {
    const { urls, asked } = await found({ [PLAIN]: [record('c.example.com.')] });
    expect(urls).toEqual(['http://c.example.com:2379']);
    expect(asked).toEqual([SECURE, PLAIN]);
  });

  it('are of the kind that is wished, and of one cluster of several', async () => {
    const both = { [SECURE]: [record('a')], [PLAIN]: [record('c')] };
    expect((await found(both, { tls: false })).asked).toEqual([PLAIN]);
    await expect(found({ [PLAIN]: [record('c')] }, { tls: true })).rejects.toMatchObject({ code: 'NAME_NOT_FOUND' });
    const named = { '_etcd-client-blue._tcp.example.com': [record('d')] };
    expect((await found(named, { service: 'blue', tls: false })).urls).toEqual(['http://d:2379']);
  });

  it('are not the plain ones if the question itself failed', async () => {
    const lookup = () => throwError(() => new ConnectError('no server'));
    await expect(found({}, { lookup })).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('are not looked for with bad arguments', async () => {
    const bad = [
      [discoverEndpoints('a b'), 'domain'],
      [discoverEndpoints(1 as never), 'domain'],
      [discoverEndpoints('a', { service: '' }), 'options.service'],
      [discoverEndpoints('a', { tls: 'yes' as never }), 'options.tls'],
      [discoverEndpoints('a', { lookup: 1 as never }), 'options.lookup'],
      [discoverEndpoints('a', { ssl: true } as never), 'options.ssl'],
    ] as const;
    for (const [found$, argument] of bad)
      await expect(firstValueFrom(found$)).rejects.toMatchObject({ layer: 'usage', argument });
  });
});
