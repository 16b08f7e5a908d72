import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { CoordinationError } from '../../../lib/core/errors.js';
import type { ZooKeeper } from '../../../lib/zookeeper/client/zooKeeper.js';
import { isSettled } from '../../helpers/isSettled.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';

const DELETE = 2;
const CLOSE = -11;
const T = 9000;
const ticketOf = (id: bigint) => ({ id, password: new Uint8Array(16), zxid: 0n, timeout: T });

let { time, peer, client, ends } = scriptedClients();
beforeEach(() => void ({ time, peer, client, ends } = scriptedClients()));

describe('closing', () => {
  it('says goodbye, and completes all streams', async () => {
    peer.dialled().connects().asks(CLOSE, undefined, Buffer.alloc(0));
    const { seen, states } = client('a');
    time.advance(10);
    const completed: string[] = [];
    for (const name of ['state$', 'expired$', 'events$', 'diagnostics$'] as const)
      (seen.zk[name] as Observable<unknown>).subscribe({ complete: () => completed.push(name) });
    const closed = seen.zk.close();
    time.advance(10);
    expect([await isSettled(closed), seen.completed, completed.sort(), states.at(-1), peer.surprises]).toEqual([
      true,
      true,
      ['diagnostics$', 'events$', 'expired$', 'state$'],
      '10 closed',
      [],
    ]);
    expect(peer.leavings).toEqual([10]);
  });

  it('waits for a server that does not answer only so long', () => {
    peer.dialled().connects().asks(CLOSE, undefined);
    const { seen } = client('a', { closeTimeout: 300 });
    time.advance(10);
    void seen.zk.close();
    time.advance(299);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect([peer.leavings, seen.completed]).toEqual([[310], true]);
  });

  it('happens without anybody who waits for it, and once for all views', async () => {
    peer.dialled().connects().asks(CLOSE, undefined);
    const { seen } = client('a', { closeTimeout: 300 });
    time.advance(10);
    const closed = seen.zk.close();
    expect([seen.zk.state.kind, seen.zk.close() === closed, seen.zk.chroot('/a').close() === closed]).toEqual([
      'closed',
      true,
      true,
    ]);
    time.advance(299);
    expect(await isSettled(closed)).toBe(false);
    time.advance(1);
    expect(await isSettled(closed)).toBe(true);
    expect([peer.leavings, seen.zk.close() === closed]).toEqual([[310], true]);
    await expect(closed).resolves.toBeUndefined();
  });

  it('never rejects, also when the client has errored or was unsubscribed from', async () => {
    const alone = client('a');
    alone.subscription.unsubscribe();
    await expect(alone.seen.zk.close()).resolves.toBeUndefined();
    peer.dialled().connects({ id: 0n }); // the session that was asked for is over
    const { seen } = client('a', { onExpiry: 'error', ticket: ticketOf(0x77n) });
    time.advance(60_000);
    expect(seen.error?.code).toBe('EXPIRED');
    await expect(seen.zk.close()).resolves.toBeUndefined();
  });

  it('leaves the session to itself by detach(), and gives the ticket', async () => {
    peer.dialled().connects({ id: 0x77n });
    const { seen } = client('a');
    time.advance(10);
    const ticket = seen.zk.detach();
    time.advance(10);
    expect([peer.surprises, peer.leavings]).toEqual([[], [10]]);
    expect(await ticket).toMatchObject({ id: 0x77n, timeout: T });
    expect(seen.zk.chroot('/a').detach()).toBe(ticket);
    await expect(seen.zk.close()).resolves.toBeUndefined();
  });

  it.each<[string, (zk: ZooKeeper, leave: () => void) => void]>([
    ['close()', (zk) => void zk.close()],
    ['unsubscribing', (_, leave) => leave()],
  ])('leaves nothing to detach() after %s', async (_, end) => {
    peer.dialled().connects({ id: 0x77n }).asks(CLOSE, undefined, Buffer.alloc(0));
    const { seen, subscription } = client('a');
    time.advance(10);
    end(seen.zk, () => subscription.unsubscribe());
    const ticket = seen.zk.detach();
    time.advance(10);
    expect([peer.surprises, peer.leavings]).toEqual([[], [10]]);
    await expect(ticket).rejects.toMatchObject({
      code: 'CLOSED',
      operation: 'detach',
    } satisfies Partial<CoordinationError>);
  });

  it('gives no ticket where there never was a session, and harms nobody who does not look', async () => {
    peer.refuses('never');
    const { seen } = client('a');
    time.advance(10);
    void seen.zk.detach();
    expect([seen.zk.state.kind, seen.completed]).toEqual(['closed', true]);
    await expect(seen.zk.detach()).rejects.toMatchObject({ code: 'CLOSED', effect: 'none' });
  });

  it('by unsubscribing gives up a dial that is under way', () => {
    peer.refuses('never');
    const { subscription } = client('a');
    time.advance(100);
    subscription.unsubscribe();
    time.advance(5000);
    expect([peer.dials, peer.leavings]).toEqual([[0], [100]]);
  });
});

describe('a client that is closed', () => {
  it('waits for the replies to what has left, and fails what has not', () => {
    peer.dialled().connects().asks(DELETE, '/sent', Buffer.alloc(0)).asks(CLOSE, undefined, Buffer.alloc(0));
    const { seen } = client('a');
    const { log, observer } = ends();
    time.advance(10);
    seen.zk.delete('/sent').subscribe(observer('sent'));
    const { link } = peer.current;
    const hear = link.onWrite;
    link.onWrite = (bytes) => {
      link.onWrite = hear;
      hear?.(bytes);
      void seen.zk.close(); // the request has left, and is not answered yet
    };
    time.advance(0);
    seen.zk.delete('/late').subscribe(observer('late'));
    time.advance(10);
    expect([log.sort(), peer.surprises, seen.completed]).toEqual([['10 sent', '11 late! CLOSED none'], [], true]);
  });

  it('takes no more requests from then on, while the server still thinks about the goodbye', () => {
    const script = peer.dialled().connects().asks(CLOSE, undefined);
    const { seen } = client('a');
    const { log, observer } = ends();
    time.advance(10);
    void seen.zk.close();
    seen.zk.delete('/late').subscribe(observer('late'));
    time.advance(1);
    expect(log).toEqual(['11 late! CLOSED none']);
    time.advance(499);
    seen.zk.delete('/later').subscribe(observer('later'));
    time.advance(60_000);
    expect([log.slice(1), script.heard.length, peer.surprises]).toEqual([['511 later! CLOSED none'], 2, []]);
  });

  it('without a link is closed at once, and closing it again is the same', async () => {
    peer.dialled().connects();
    const { seen, states } = client('a');
    time.advance(10);
    peer.refuses('never');
    peer.current.ends();
    time.advance(500);
    expect([await isSettled(seen.zk.close()), await isSettled(seen.zk.close())]).toEqual([true, true]);
    time.advance(60_000);
    expect([states.at(-1), peer.leavings]).toEqual(['510 closed', [10, 510]]);
  });
});
