import { describe, expect, it } from '@jest/globals';
import { authenticate, put, range, watchStream } from '../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../helpers/etcdCalls.js';
import { VirtualEtcd } from './virtualEtcd.js';

const key = bytes('k');
const USER = { name: 'root', password: 'secret' };

describe('the embedded etcd', () => {
  it('shows all changes from a revision on, as far as they are not compacted away', () => {
    const etcd = new VirtualEtcd();
    const client = etcd.dial();
    client.put('a', '1');
    client.put('b', '2');
    const told = () =>
      etcd.server
        .history(0)
        .map(({ revision, changes }) => [revision, ...changes.map((each) => `${each.key}=${String(each.value)}`)]);
    expect(told()).toEqual([
      [2, 'a=1'],
      [3, 'b=2'],
    ]);
    etcd.server.compact(3);
    expect([told(), etcd.server.compacted]).toEqual([[[3, 'b=2']], 3]);
  });

  it('lets in root alone, if it has a password for root', () => {
    const etcd = new VirtualEtcd({ rootPassword: 'secret' });
    const client = etcd.dial();
    expect(client.refused(range, { key })).toBe('etcdserver: user name is empty');
    expect(client.refused(authenticate, { ...USER, password: 'x' })).toMatch('authentication failed');
    const { token } = client.ask(authenticate, USER);
    expect(client.refused(put, { key }, { token })).toBe('done');
  });

  it('forgets all tokens at once', () => {
    const etcd = new VirtualEtcd({ rootPassword: 'secret' });
    const client = etcd.dial();
    const { token } = client.ask(authenticate, USER);
    etcd.server.expireTokens();
    expect(client.refused(range, { key }, { token })).toBe('etcdserver: invalid auth token');
    const { token: other } = client.ask(authenticate, USER);
    expect(client.refused(range, { key }, { token: other })).toBe('done');
  });

  it('refuses writes while it is full, and takes them again', () => {
    const etcd = new VirtualEtcd({ members: ['a', 'b', 'c'] });
    const client = etcd.dial();
    etcd.server.full = true;
    expect(client.refused(put, { key })).toBe('etcdserver: mvcc: database space exceeded');
    expect([client.refused(range, { key }), etcd.server.full]).toEqual(['done', true]);
    etcd.server.full = false;
    expect([client.refused(put, { key }), etcd.server.full]).toEqual(['done', false]);
  });

  it('tells watchers of each event twice, on demand, and counts its watchers', () => {
    const etcd = new VirtualEtcd();
    const client = etcd.dial();
    const watch = client.open(watchStream);
    watch.send({ createRequest: { key } });
    etcd.time.advance(0);
    expect(etcd.server.watchers).toBe(1);
    etcd.server.repeatsEvents = true;
    client.put('k', '1');
    etcd.server.repeatsEvents = false;
    client.put('k', '2');
    const told = watch.messages.flatMap(({ events }) => events.map(({ kv }) => String(kv!.value)));
    expect(told).toEqual(['1', '1', '2']);
    watch.cancel();
    etcd.time.advance(0);
    expect(etcd.server.watchers).toBe(0);
  });

  it('tells watchers who catch up so many revisions at once as it is told', () => {
    const etcd = new VirtualEtcd({ watchBatch: 2 });
    const client = etcd.dial();
    for (const value of ['1', '2', '3']) client.put('k', value);
    const watch = client.open(watchStream);
    watch.send({ createRequest: { key, startRevision: 2 } });
    const told = () => watch.messages.map(({ events }) => events.map(({ kv }) => String(kv!.value)).join());
    etcd.time.advance(100);
    expect(told()).toEqual(['', '1,2']);
    etcd.time.advance(100);
    expect(told()).toEqual(['', '1,2', '3']);
  });

  it('refuses a request that it has served, on demand', () => {
    const message = 'etcdserver: leader changed';
    const etcd = new VirtualEtcd({
      faults: ({ operation }) => (operation === 'put' ? { error: 14, message, served: true } : undefined),
    });
    const client = etcd.dial();
    expect(client.refused(put, { key })).toBe(message);
    expect(client.get('k')).toBe('');
  });
});
