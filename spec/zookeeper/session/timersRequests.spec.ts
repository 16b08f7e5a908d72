import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CoordinationError } from '../../../lib/core/errors.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { STAT, reply, stat } from '../../helpers/wireBytes.js';

const EXISTS = 3;
const DELETE = 2;

let { time, peer, client, ends } = scriptedClients();
beforeEach(() => void ({ time, peer, client, ends } = scriptedClients()));

describe('a request', () => {
  it('ends after its own timeout, and the link stays', () => {
    peer.dialled().connects().asks(EXISTS, '/a');
    const { seen, states } = client('a');
    const ends: unknown[] = [];
    seen.zk
      .exists('/a', { timeout: 700 })
      .subscribe({ error: ({ code }: CoordinationError) => ends.push([time.now(), code]) });
    time.advance(5000);
    expect([ends, states.at(-1)]).toEqual([[[700, 'TIMEOUT']], '0 connected']);
  });

  it('that is aborted ends at once, and one that was not sent yet never goes out', () => {
    const controller = new AbortController();
    const { seen } = client('a');
    const ends: unknown[] = [];
    seen.zk
      .exists('/a', { signal: controller.signal })
      .subscribe({ error: ({ code }: CoordinationError) => ends.push([time.now(), code]) });
    time.advance(100);
    controller.abort();
    expect(ends).toEqual([[100, 'ABORTED']]);
  });

  it('waits for a connection, and goes out with the next one', () => {
    peer.refuses();
    peer.dialled().connects().asks(EXISTS, '/a', stat());
    const { seen } = client('a');
    const values: unknown[] = [];
    seen.zk.exists('/a').subscribe((value) => values.push(value));
    time.advance(1000);
    expect(values).toEqual([STAT]);
  });
});

describe('a request that was given up', () => {
  it('harms nobody when its reply comes late', () => {
    const script = peer.dialled().connects().asks(EXISTS, '/a').asks(EXISTS, '/b', stat());
    const { seen, states } = client('a');
    const { log, observer } = ends();
    seen.zk.exists('/a', { timeout: 700 }).subscribe(observer('a'));
    time.advance(1000);
    script.link.chunk$.next(reply(1, stat()));
    seen.zk.exists('/b').subscribe(observer('b'));
    time.advance(10);
    expect([log, states.at(-1)]).toEqual([['700 a! TIMEOUT none', '1000 b'], '0 connected']);
  });

  it('never goes out if it had not', () => {
    const controller = new AbortController();
    const { seen } = client('a');
    const { log, observer } = ends();
    seen.zk.delete('/a', { signal: controller.signal }).subscribe(observer('aborted'));
    seen.zk.delete('/a', { timeout: 50 }).subscribe(observer('late'));
    time.advance(100);
    controller.abort();
    const script = peer.dialled().connects();
    time.advance(20_000); // the first dial takes its ten seconds
    expect([log, script.heard.length - peer.pings.length, peer.surprises]).toEqual([
      ['50 late! TIMEOUT none', '100 aborted! ABORTED none'],
      1,
      [],
    ]);
  });

  it('may have changed something if it had', () => {
    const controller = new AbortController();
    peer.dialled().connects().asks(DELETE, '/a').asks(DELETE, '/b');
    const { seen } = client('a');
    const { log, observer } = ends();
    seen.zk.delete('/a', { signal: controller.signal }).subscribe(observer('a'));
    seen.zk.delete('/b', { timeout: 200 }).subscribe(observer('b'));
    time.advance(100);
    controller.abort('enough');
    time.advance(100);
    expect(log).toEqual(['100 a! ABORTED unknown', '200 b! TIMEOUT unknown']);
  });
});
