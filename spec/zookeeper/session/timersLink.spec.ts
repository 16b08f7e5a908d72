import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CoordinationError } from '../../../lib/core/errors.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { stat } from '../../helpers/wireBytes.js';

const EXISTS = 3;
const T = 9000;

let { time, peer, client } = scriptedClients();
beforeEach(() => void ({ time, peer, client } = scriptedClients()));

describe('the pings of a session', () => {
  it('go out when nothing else did for a third of the granted timeout, whatever was asked for', () => {
    peer.dialled().connects({ timeout: T });
    client('a', { sessionTimeout: 30_000 });
    time.advance(10_000);
    expect(peer.pings).toEqual([3000, 6000, 9000]);
  });

  it('are not needed while requests go out', () => {
    const script = peer.dialled().connects({ timeout: T });
    for (let i = 0; i < 4; i++) script.asks(EXISTS, '/a', stat());
    const { seen } = client('a');
    for (let i = 0; i < 4; i++) {
      time.advance(2000);
      seen.zk.exists('/a').subscribe();
    }
    time.advance(0);
    expect(peer.pings).toEqual([]);
    time.advance(3000);
    expect(peer.pings).toEqual([11_000]);
  });

  it('are never more than ten seconds apart', () => {
    peer.dialled().connects({ timeout: 60_000 });
    client('a', { sessionTimeout: 60_000 });
    time.advance(30_000);
    expect(peer.pings).toEqual([10_000, 20_000, 30_000]);
  });
});

describe('a silent link', () => {
  it('is given up after two thirds of the timeout, although pings go out', () => {
    peer.dialled().connects({ timeout: T }).withoutPongs();
    const { states } = client('a');
    time.advance(5999);
    expect([peer.pings, peer.leavings, states.at(-1)]).toEqual([[3000], [], '0 connected']);
    time.advance(1);
    expect([peer.leavings, states.at(-1)]).toEqual([[6000], '6000 suspended']);
  });

  it('takes the requests under way with it: what was read was not changed, what was written may have been', () => {
    peer.dialled().connects({ timeout: T }).withoutPongs();
    const { seen } = client('a');
    const ends: unknown[] = [];
    time.advance(100);
    seen.zk
      .exists('/a')
      .subscribe({ error: ({ code, effect }: CoordinationError) => ends.push([time.now(), code, effect]) });
    seen.zk
      .delete('/a')
      .subscribe({ error: ({ code, effect }: CoordinationError) => ends.push([time.now(), code, effect]) });
    time.advance(6000);
    expect(ends).toEqual([
      [6000, 'CONNECTION_LOST', 'none'],
      [6000, 'CONNECTION_LOST', 'unknown'],
    ]);
  });
});

describe('a link that answers', () => {
  it('stays, with nothing but pings on it', () => {
    peer.dialled().connects({ timeout: T });
    const { states } = client('a');
    time.advance(600_000);
    expect([peer.pings.length, peer.leavings, states]).toEqual([200, [], ['0 connecting', '0 connected']]);
  });
});
