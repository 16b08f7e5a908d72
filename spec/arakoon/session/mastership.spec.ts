import { describe, expect, it } from '@jest/globals';
import { switchMap } from 'rxjs';
import { connect } from '../../../lib/arakoon/connect.js';
import type { ClusterState } from '../../../lib/arakoon/types.js';
import { ConnectError, type CoordinationError } from '../../../lib/core/errors.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { ArakoonPeer } from '../../helpers/arakoonPeer.js';
import { asked, lstr, no, ok, some } from '../../helpers/arakoonWire.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const bytes = (text: string) => Buffer.from(text);
const REFUSED = new ConnectError('refused');

/** What the client says of the cluster, from now on. */
function states({ arakoon }: ArakoonGround): string[] {
  const seen: string[] = [];
  arakoon.state$.subscribe({
    next: (state: ClusterState) => seen.push(state.kind === 'connected' ? state.master : state.kind),
    complete: () => seen.push('|'),
  });
  return seen;
}

describe('the search for the master', () => {
  it('believes who names itself, and sends there what waited', () => {
    const ground = new ArakoonGround({}, { master: 'b' });
    const seen = states(ground);
    ground.peer.script('b').hears(asked.get('x'), ok(lstr('1')));
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass();
    expect(ground.said()).toEqual(['x: 1']);
    expect(seen).toEqual(['searching', 'b']);
  });

  it('does not believe who names another, until that one says so itself', () => {
    const ground = new ArakoonGround({}, { master: 'b' });
    ground.peer.opinions['b'] = 'c'; // a lease is over, and a has not heard of it
    const seen = states(ground);
    ground.pass(500);
    expect(seen.filter((state) => state === 'b')).toEqual([]);
    ground.peer.elect('c');
    ground.pass(2500);
    expect(seen.at(-1)).toBe('c');
  });

  it.each<[string, (ground: ArakoonGround) => void, RegExp]>([
    ['nobody knows of one', ({ peer }) => peer.elect(null), /knows of no master/],
    [
      'they name a node that the cluster does not have',
      ({ peer }) => peer.elect('z'),
      /names z, which the cluster does not have/,
    ],
    ['they name a dead one', ({ peer }) => void (peer.down['a'] = REFUSED), /refused/],
    ['they name one that does not answer', ({ peer }) => void (peer.opinions['a'] = 'silence'), /no reply in time/],
    [
      'they name one that names another',
      ({ peer }) => void (peer.opinions['a'] = 'b'),
      /names a, which names b|names b, which names a/,
    ],
  ])(
    'goes on, with longer and longer waits, while %s; and requests say so when their time is over',
    (_, misfortune, why) => {
      const ground = new ArakoonGround({ connectTimeout: 1000 });
      misfortune(ground);
      const seen = states(ground);
      const errors: CoordinationError[] = [];
      ground.arakoon.set('x', bytes('1')).subscribe({ error: (error: CoordinationError) => errors.push(error) });
      ground.pass(14_999);
      expect(errors).toEqual([]);
      ground.pass();
      expect(errors).toEqual([
        expect.objectContaining({ code: 'TIMEOUT', effect: 'none', operation: 'set', path: 'x' }),
      ]);
      expect(errors[0]!.message).toMatch(why);
      expect(new Set(seen)).toEqual(new Set(['searching']));
      const rounds = seen.length;
      expect(rounds).toBeGreaterThan(4);
      expect(rounds).toBeLessThan(25);
      delete ground.peer.down['a'];
      ground.peer.elect('c');
      ground.pass(5000);
      expect(seen.at(-1)).toBe('c');
    }
  );

  it('does not wait long for a node that does not answer', () => {
    const ground = new ArakoonGround({}, { master: 'c' });
    for (const name of ['a', 'b']) ground.peer.down[name] = 'never';
    const seen = states(ground);
    ground.pass(550);
    expect(seen).toEqual(['searching', 'c']);
  });

  it('tries the addresses of a node in turn', () => {
    const time = new VirtualTime();
    const peer = new ArakoonPeer(time, ['a']);
    peer.down['nowhere'] = REFUSED;
    peer.script('a').hears(asked.get('x'), ok(lstr('1')));
    const seen: string[] = [];
    connect({ id: 'ricky', nodes: { a: ['nowhere:4000', 'a:4000'] } }, { transport: peer.transport, scheduler: time })
      .pipe(switchMap((arakoon) => arakoon.get('x')))
      .subscribe((value) => seen.push(Buffer.from(value).toString()));
    time.advance(500);
    expect(seen).toEqual(['1']);
    expect(peer.dials.map((dial) => dial.split(' ')[1])).toEqual(['nowhere', 'a', 'a']);
  });
});

describe('a master', () => {
  it.each(['b', 'None', 'Not_Master', ''])(
    'that is none any more says so with %p: the request, which was not done, is sent to the new one',
    (message) => {
      const ground = new ArakoonGround();
      ground.pass(2000);
      const seen = states(ground);
      ground.peer
        .script('a')
        .hears(asked.testAndSet('x', null, '1'), no(4, message))
        .ends();
      ground.peer.script('b').hears(asked.testAndSet('x', null, '1'), ok(some(null)));
      ground.peer.elect('b');
      ground.ask('x', ground.arakoon.testAndSet('x', null, bytes('1')));
      ground.pass(10);
      expect(ground.said()).toEqual(['x: null']);
      expect(seen).toEqual(['a', 'searching', 'b']);
    }
  );

  it('that names the new one leads to it at once', () => {
    const ground = new ArakoonGround({}, { names: ['a', 'b', 'c', 'd', 'e'] });
    ground.pass(2000);
    ground.peer.questions.length = 0;
    ground.peer.script('a').hears(asked.get('x'), no(4, 'e')).ends();
    ground.peer.elect('e');
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(10);
    expect(ground.peer.questions.map((question) => question.slice(-1))).toEqual(['e']);
  });

  it('that lost its role meanwhile may have done what was asked: only what is idempotent is asked of the next', () => {
    const ground = new ArakoonGround({ writers: 1 });
    ground.pass(2000);
    const told = Buffer.concat([asked.set('x', '1'), asked.delete('y'), asked.testAndSet('z', null, '1')]);
    const lost = no(33, 'lost master role during wait_for_accepteds while handling client request');
    ground.peer.script('a').hears(told, lost, lost, lost);
    ground.peer.script('b').hears(asked.set('x', '1'), ok());
    ground.peer.elect('b');
    ground.ask('x', ground.arakoon.set('x', bytes('1')));
    ground.ask('y', ground.arakoon.delete('y'));
    ground.ask('z', ground.arakoon.testAndSet('z', null, bytes('1')));
    ground.pass(10);
    expect(ground.said()).toEqual(['y! NO_LONGER_MASTER unknown', 'z! NO_LONGER_MASTER unknown', 'x: done']);
  });

  it('is asked every heartbeat whether it still is; when it says no, the next one is looked for', () => {
    const ground = new ArakoonGround({ heartbeat: 1000 });
    const seen = states(ground);
    ground.pass(3500);
    expect(ground.peer.questions.map((question) => question.split(' ')[1])).toEqual(expect.arrayContaining(['a']));
    const before = ground.peer.questions.length;
    ground.pass(3000);
    expect(ground.peer.questions.length).toBe(before + 3);
    ground.peer.elect('c');
    ground.pass(1000);
    expect(seen).toEqual(['searching', 'a', 'searching', 'c']);
  });

  it('is none the less one when another node hangs up', () => {
    const ground = new ArakoonGround();
    ground.pass(2000);
    const seen = states(ground);
    ground.peer.script('b').hears(asked.getAnywhere('x')).ends();
    ground.peer.script('b').hears(asked.getAnywhere('x'), ok(lstr('1')));
    ground.ask('x', ground.arakoon.get('x', { consistency: 'none', node: 'b' }));
    ground.pass(1000);
    expect([ground.said(), seen]).toEqual([['x: 1'], ['a']]);
  });

  it('that hangs up is asked again at once', () => {
    const ground = new ArakoonGround();
    ground.pass(2000);
    const seen = states(ground);
    ground.peer.script('a').hears(asked.get('x')).ends();
    ground.peer.script('a').hears(asked.get('x'), ok(lstr('1')));
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(500);
    expect(seen).toEqual(['a', 'searching', 'a']);
    expect(ground.said()).toEqual(['x: 1']);
  });

  it('that falls silent is given up: reads go to the next, and of writes nobody knows', () => {
    const ground = new ArakoonGround({ heartbeat: 1000, writers: 1 });
    ground.pass(2500);
    ground.peer.script('a').hears(asked.get('x'));
    ground.peer.script('a').hears(Buffer.concat([asked.set('w', '1'), asked.set('v', '1')]));
    ground.peer.script('c').hears(asked.get('x'), ok(lstr('1')));
    ground.peer.script('c').hears(asked.set('v', '1'), ok());
    ground.ask('x', ground.arakoon.get('x'));
    ground.ask('w', ground.arakoon.set('w', bytes('1')));
    ground.ask('v', ground.arakoon.set('v', bytes('1'), { idempotent: true }));
    ground.pass(1);
    ground.peer.elect('c');
    ground.peer.opinions['a'] = 'silence';
    ground.pass(2500);
    expect(ground.said().sort()).toEqual(['v: done', 'w! CONNECTION_LOST unknown', 'x: 1']);
  });

  it('that cannot decide costs longer and longer waits, and no more', () => {
    const ground = new ArakoonGround({}, { names: ['a'] });
    for (let i = 0; i < 200; i++) ground.peer.script('a').hears(asked.get('x'), no(4, 'None')).ends();
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(15_000);
    expect(ground.said()).toEqual(['x! TIMEOUT none']);
    expect(ground.peer.dials.length).toBeLessThan(60);
  });
});

describe('what is said of the master', () => {
  it('is replayed, and ends with the client', () => {
    const ground = new ArakoonGround();
    ground.pass();
    const masters: (string | null)[] = [];
    ground.arakoon.master$.subscribe({ next: (master) => masters.push(master), complete: () => masters.push('|') });
    ground.peer.elect('b');
    ground.pass(6000);
    expect(masters).toEqual(['a', null, 'b']);
    const seen = states(ground);
    ground.connection.unsubscribe();
    expect(seen).toEqual(['b', 'closed', '|']);
    expect(masters).toEqual(['a', null, 'b', null, '|']);
  });
});
