import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { scriptedClients } from '../../helpers/scriptedClients.js';

const DELETE = 2;
const CLOSE = -11;
const T = 9000;

let { time, peer, client, ends } = scriptedClients();
beforeEach(() => void ({ time, peer, client, ends } = scriptedClients()));

describe('closing', () => {
  it('says goodbye, and completes all streams', () => {
    peer.dialled().connects().asks(CLOSE, undefined, Buffer.alloc(0));
    const { seen, states } = client('a');
    time.advance(10);
    let closed = -1;
    const completed: string[] = [];
    for (const name of ['state$', 'expired$', 'events$', 'diagnostics$'] as const)
      (seen.zk[name] as Observable<unknown>).subscribe({ complete: () => completed.push(name) });
    seen.zk.close().subscribe({ complete: () => (closed = time.now()) });
    time.advance(10);
    expect([closed, seen.completed, completed.sort(), states.at(-1), peer.surprises]).toEqual([
      10,
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
    seen.zk.close().subscribe();
    time.advance(299);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect([peer.leavings, seen.completed]).toEqual([[310], true]);
  });

  it('leaves the session to itself when it is told to, and gives the ticket', () => {
    peer.dialled().connects({ id: 0x77n });
    const { seen } = client('a');
    time.advance(10);
    let ticket: unknown;
    seen.zk.close({ detach: true }).subscribe((it) => (ticket = it));
    time.advance(10);
    expect([peer.surprises, peer.leavings]).toEqual([[], [10]]);
    expect(ticket).toMatchObject({ id: 0x77n, timeout: T });
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
      seen.zk.close().subscribe(); // the request has left, and is not answered yet
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
    seen.zk.close().subscribe();
    seen.zk.delete('/late').subscribe(observer('late'));
    time.advance(1);
    expect(log).toEqual(['11 late! CLOSED none']);
    time.advance(499);
    seen.zk.delete('/later').subscribe(observer('later'));
    time.advance(60_000);
    expect([log.slice(1), script.heard.length, peer.surprises]).toEqual([['511 later! CLOSED none'], 2, []]);
  });

  it('without a link is closed at once, and closing it again is the same', () => {
    peer.dialled().connects();
    const { seen, states } = client('a');
    time.advance(10);
    peer.refuses('never');
    peer.current.ends();
    time.advance(500);
    const closed: number[] = [];
    for (let i = 0; i < 2; i++) seen.zk.close().subscribe({ complete: () => closed.push(time.now()) });
    time.advance(60_000);
    expect([closed, states.at(-1), peer.leavings]).toEqual([[510, 510], '510 closed', [10, 510]]);
  });
});
