import { describe, expect, it } from '@jest/globals';
import { leaseKeepAlive, put, range } from '../../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { VirtualEtcd } from '../virtualEtcd.js';

describe('a way to the embedded etcd without a socket', () => {
  const key = bytes('k');

  it('takes its time in both directions', () => {
    const etcd = new VirtualEtcd();
    const seen: string[] = [];
    const [host = '', port = ''] = etcd.server.endpoints[0]!.split(':');
    const link = etcd.server
      .transport({ latency: 10 })({ host, port: Number(port) })
      .subscribe((carrier) => {
        seen.push(`dialled ${etcd.time.now()}`);
        const call = carrier.call(
          range,
          {},
          { operation: 'range' },
          {
            message: () => seen.push(`answered ${etcd.time.now()}`),
            ended: () => seen.push(`ended ${etcd.time.now()}`),
          }
        );
        call.send({ key });
        carrier.ping().subscribe({ complete: () => seen.push(`pinged ${etcd.time.now()}`) });
      });
    etcd.time.advance(1_000);
    expect(seen).toEqual(['dialled 20', 'answered 40', 'ended 40', 'pinged 40']);
    link.unsubscribe();
  });

  it('refuses to connect where no member is', () => {
    const etcd = new VirtualEtcd();
    let error: unknown;
    etcd.server
      .transport()({ host: '127.0.0.1', port: 1 })
      .subscribe({ error: (it) => (error = it) });
    etcd.time.advance(0);
    expect(error).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('counts its clients, and cuts them: what was under way is lost, and of unknown effect if it writes', () => {
    const etcd = new VirtualEtcd({ faults: () => ({ delay: 10 }) });
    const client = etcd.dial();
    expect(etcd.server.connections()).toBe(1);
    const ends: unknown[] = [];
    client.carrier.end$.subscribe({ error: (error: unknown) => ends.push(error) });
    const [write, read] = [client.begin(put, { key }), client.begin(range, { key })];
    etcd.server.drop();
    etcd.time.advance(20);
    expect(write.end?.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown', operation: 'open' });
    expect(read.end?.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    expect(ends).toEqual([expect.objectContaining({ code: 'CONNECTION_LOST' })]);
    expect(client.begin(put, { key }).end?.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    expect([etcd.server.connections(), etcd.server.revision]).toEqual([0, 1]);
  });

  it('does what the client has asked for before it left', () => {
    const etcd = new VirtualEtcd();
    const [{ carrier, close }, watcher] = [etcd.dial(), etcd.dial()];
    const call = carrier.call(put, {}, { operation: 'put' }, { message: () => {}, ended: () => {} });
    call.send({ key });
    call.finish();
    call.cancel();
    close();
    etcd.time.advance(0);
    expect([watcher.get('k'), etcd.server.connections()]).toEqual(['', 1]);
  });

  it('forgets a call that the client gives up', () => {
    const etcd = new VirtualEtcd({ faults: () => ({ delay: 10 }) });
    const client = etcd.dial();
    const call = client.begin(put, { key });
    call.cancel();
    etcd.time.advance(20);
    expect([call.end, etcd.server.revision]).toEqual([undefined, 1]);
  });

  it('holds answers back while the client wants that', () => {
    const etcd = new VirtualEtcd();
    const stream = etcd.dial().open(leaseKeepAlive);
    stream.hold();
    stream.send({ id: 1n });
    stream.finish();
    etcd.time.advance(0);
    expect([stream.messages.length, stream.end]).toEqual([0, undefined]);
    stream.release();
    expect([stream.messages.length, stream.end]).toEqual([1, { error: undefined }]);
  });
});
