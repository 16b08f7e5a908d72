import { describe, expect, it } from '@jest/globals';
import { switchMap } from 'rxjs';
import { type LeaseStanding, connect } from '../../../../lib/etcd/index.js';
import { VirtualEtcd } from '../../../testing/etcd/virtualEtcd.js';

describe('a lease that is held', () => {
  it('is held once it is proved to live, when the grant has taken longer than its time to live', () => {
    const { server, time } = new VirtualEtcd({ members: ['a', 'b', 'c'], leader: null });
    const standings: (LeaseStanding & { readonly at: number })[] = [];
    const options = { transport: server.transport({ latency: 1 }), scheduler: time, random: () => 0.5 };
    const subscription = connect(server.endpoints, options)
      .pipe(switchMap((etcd) => etcd.leases.hold(2000)))
      .subscribe((standing) => standings.push({ ...standing, at: time.now() }));
    time.advance(5000);
    expect(standings).toEqual([]);
    server.electLeader('a');
    time.advance(8000);
    expect(standings[0]).toMatchObject({ kind: 'held', ttl: 2000 });
    const { at, validUntil } = standings[0] as Extract<LeaseStanding, { kind: 'held' }> & { readonly at: number };
    expect(validUntil).toBeGreaterThan(at);
    expect(standings.every(({ kind }) => kind === 'held')).toBe(true);
    subscription.unsubscribe();
    time.advance(3000);
    expect(server.leases.size).toBe(0);
  });

  it('is not said to live for its whole time to live, since clocks run apart', () => {
    const { server, time } = new VirtualEtcd();
    const standings: (LeaseStanding & { readonly at: number })[] = [];
    const options = { transport: server.transport({ latency: 1 }), scheduler: time, random: () => 0.5 };
    connect(server.endpoints, options)
      .pipe(switchMap((etcd) => etcd.leases.hold(10_000)))
      .subscribe((standing) => standings.push({ ...standing, at: time.now() }));
    time.advance(100);
    server.pause();
    time.advance(12_000);
    expect(standings).toMatchObject([
      { kind: 'held', validUntil: 9500 },
      { kind: 'suspect', at: 9500 },
    ]);
    expect(server.leases.size).toBe(1);
  });
});
