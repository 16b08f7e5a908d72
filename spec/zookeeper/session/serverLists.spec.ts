import { beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import type { Endpoint } from '../../../lib/core/endpoint.js';
import type { CoordinationError } from '../../../lib/core/errors.js';
import type { ZooKeeper } from '../../../lib/index.js';
import { connect } from '../../../lib/zookeeper/connect.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';

let { time, peer } = scriptedClients();
let list$: Subject<readonly Endpoint[]>;
let ignored: string[];
let error: CoordinationError | undefined;
let zk!: ZooKeeper;
beforeEach(() => {
  ({ time, peer } = scriptedClients());
  list$ = new Subject();
  ignored = [];
  error = undefined;
  connect(list$, { scheduler: time, transport: peer.transport, random: () => 0, serverVersion: '3.8.0' }).subscribe({
    next: (it) => {
      zk = it;
      zk.diagnostics$.subscribe((each) => each.kind === 'servers-ignored' && ignored.push(each.error.message));
    },
    error: (it: CoordinationError) => (error = it),
  });
});

const [a, b] = [
  { host: 'a', port: 1 },
  { host: 'b', port: 1 },
];
const UNUSABLE: ReadonlyArray<readonly [string, unknown]> = [
  ['an empty list', []],
  ['nothing', undefined],
  ['a string', 'a:1'],
  ['members without an address', [undefined, null]],
  ['entries without a host', [{ host: '', port: 1 }]],
  ['entries without a port', [{ host: 'b' }, { host: 'b', port: 70_000 }, { host: 'b', port: '1' }]],
];

describe.each(UNUSABLE)('%s in the stream of servers', (_, list) => {
  it('changes nothing for a client that is connected, and is told', () => {
    peer.dialled().connects();
    list$.next([a]);
    time.advance(10);
    list$.next(list as never);
    time.advance(20_000);
    expect([zk.state.kind, peer.dials.length, error]).toEqual(['connected', 1, undefined]);
    expect(ignored.length).toBeGreaterThan(0);
  });

  it('leaves the last list to a client that has no connection', () => {
    list$.next([a]);
    list$.next(list as never);
    time.advance(20_000);
    expect(new Set(peer.endpoints)).toEqual(new Set([a]));
  });

  it('is waited out by a client that has had none yet', () => {
    list$.next(list as never);
    time.advance(1000);
    expect([peer.dials, error, zk.state.kind]).toEqual([[], undefined, 'connecting']);
    peer.dialled().connects();
    list$.next([b]);
    time.advance(10);
    expect(zk.state).toMatchObject({ kind: 'connected', endpoint: b });
  });

  it('is an error when it was all that there is', () => {
    list$.next(list as never);
    list$.complete();
    expect(error).toMatchObject({ code: 'USAGE', argument: 'servers' });
  });
});

describe('a list of servers', () => {
  it('is used without the entries that cannot be', () => {
    peer.dialled().connects();
    list$.next([undefined as never, b, { host: 'c', port: -1 }]);
    time.advance(10);
    expect(zk.state).toMatchObject({ kind: 'connected', endpoint: b });
    expect(ignored).toEqual([expect.stringContaining('servers[0]'), expect.stringContaining('servers[2].port')]);
  });

  it('whose stream fails is an error that names it', () => {
    list$.next([a]);
    list$.error(new Error('dns'));
    expect(error).toMatchObject({ code: 'USAGE', argument: 'servers', message: expect.stringContaining('dns') });
  });

  it('stays when its stream completes', () => {
    peer.dialled().connects();
    list$.next([a]);
    list$.complete();
    time.advance(5000);
    expect([zk.state.kind, error]).toEqual(['connected', undefined]);
  });
});
