import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionLostError, type CoordinationError } from '../../../lib/core/errors.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, command, le32, lstr, no, ok, some } from '../../helpers/arakoonWire.js';

const bytes = (text: string) => Buffer.from(text);
let ground: ArakoonGround;

/** One connection for writes, so that they wait for each other. */
beforeEach(() => void (ground = new ArakoonGround({ writers: 1 })));

const set = (key: string) => ground.ask(key, ground.arakoon.set(key, bytes('1')));
const swap = (key: string) => ground.ask(key, ground.arakoon.testAndSet(key, null, bytes('1')));
const get = (key: string) => ground.ask(key, ground.arakoon.get(key));
const swapped = (key: string) => asked.testAndSet(key, null, '1');

describe('a connection', () => {
  it('sends what one turn asked for in one write, after the prologue, and gives replies in order', () => {
    const script = ground.peer
      .script('a')
      .hears(
        Buffer.concat([asked.get('x'), asked.get('y'), asked.get('z')]),
        ok(lstr('1')),
        no(5, 'Not_found'),
        ok(lstr('3'))
      );
    for (const key of ['x', 'y', 'z']) get(key);
    ground.pass();
    expect(ground.said()).toEqual(['x: 1', 'y! NOT_FOUND none', 'z: 3']);
    expect(script.link.writes.length).toBe(1);
  });

  it('takes replies however they are cut into chunks', () => {
    const script = ground.peer.script('a').hears(Buffer.concat([asked.get('x'), asked.get('y'), asked.get('z')]));
    for (const key of ['x', 'y', 'z']) get(key);
    ground.pass();
    for (const byte of Buffer.concat([ok(lstr('one')), no(5, 'Not_found'), ok(lstr('three'))]))
      script.says(Buffer.from([byte]));
    expect(ground.said()).toEqual(['x: one', 'y! NOT_FOUND none', 'z: three']);
  });

  it('carries reads past writes, and several writes over several', () => {
    ground = new ArakoonGround();
    for (const key of ['x', 'y']) ground.peer.script('a').hears(asked.set(key, '1'));
    ground.peer.script('a').hears(asked.get('z'), ok(lstr('3')));
    for (const key of ['x', 'y']) set(key);
    get('z');
    ground.pass();
    expect(ground.said()).toEqual(['z: 3']);
    expect(ground.peer.open).toBe(4); // and that over which the master is asked
  });

  it('has no more requests under way than it may', () => {
    ground = new ArakoonGround({ maxInFlight: 2 });
    const script = ground.peer.script('a').hears(Buffer.concat([asked.get('x'), asked.get('y')]));
    for (const key of ['x', 'y', 'z']) get(key);
    ground.pass();
    expect(script.unheard.length).toBe(0);
    script.says(ok(lstr('1'))).hears(asked.get('z'), ok(lstr('2')), ok(lstr('3')));
    ground.pass();
    expect(ground.said()).toEqual(['x: 1', 'y: 2', 'z: 3']);
  });

  it('keeps requests back while the kernel is behind', () => {
    const script = ground.peer.script('a').hears(asked.get('x'));
    get('x');
    ground.pass();
    script.link.accepts = false;
    script.hears(asked.get('y'));
    get('y');
    ground.pass();
    get('z');
    ground.pass();
    expect(script.link.writes.length).toBe(2);
    script.link.accepts = true;
    script.link.drain$.next();
    ground.pass();
    expect(script.unheard).toEqual(asked.get('z'));
  });

  it('sends a large request while it reads replies, and small ones after them', () => {
    for (const [size, kept] of [
      [64 * 1024, [0, 1, 2]],
      [10, [0, 0, 0]],
    ] as const) {
      ground = new ArakoonGround({ writers: 1 });
      const script = ground.peer.script('a');
      const value = 'x'.repeat(size);
      script.hears(Buffer.concat(['a', 'b', 'c'].map((key) => asked.set(key, value))));
      const left: number[] = [];
      const next = () => {
        left.push(script.link.writes.length - before);
        ground.arakoon.set('d', bytes(value)).subscribe();
      };
      for (const key of ['a', 'b', 'c']) ground.arakoon.set(key, bytes(value)).subscribe({ complete: next });
      ground.pass();
      const before = script.link.writes.length;
      script.says(ok(), ok(), ok());
      expect(left).toEqual(kept);
      ground.pass();
      expect(script.unheard.length).toBe(3 * asked.set('d', value).length);
    }
  });

  it('sends requests after each 64 replies of a long chunk, so that the server works while the rest is read', () => {
    const script = ground.peer.script('a');
    const many = Array.from({ length: 150 }, (_, i) => `${i}`);
    script.hears(Buffer.concat(many.map((key) => asked.get(key))));
    const left: number[] = [];
    const next = () => {
      left.push(script.link.writes.length - before);
      ground.arakoon.get('again').subscribe();
    };
    for (const key of many) ground.arakoon.get(key).subscribe({ complete: next });
    ground.pass();
    const before = script.link.writes.length;
    script.says(...many.map((key) => ok(lstr(key))));
    expect([63, 64, 127, 128, 149].map((i) => left[i])).toEqual([0, 1, 1, 2, 2]);
    ground.pass();
    expect(script.unheard.length).toBe(150 * asked.get('again').length);
  });

  it('takes what has not left out of the queue when its caller leaves, and drops the reply to what has', () => {
    const script = ground.peer.script('a').hears(asked.get('y'));
    get('w').unsubscribe(); // while no master is known
    ground.pass();
    get('x').unsubscribe();
    const y = get('y');
    ground.pass();
    y.unsubscribe();
    get('z');
    script.hears(asked.get('z'), ok(lstr('2')), ok(lstr('3')));
    ground.pass();
    expect(ground.said()).toEqual(['z: 3']);
  });
});

describe('an error that the server closes with', () => {
  it('is one for its request, and those behind it, which were not done, are sent again', () => {
    ground.peer
      .script('a')
      .hears(Buffer.concat([asked.set('x', '1'), swapped('y'), swapped('z')]), no(9, 'x'))
      .ends();
    ground.peer.script('a').hears(Buffer.concat([swapped('y'), swapped('z')]), ok(some(null)), ok(some('2')));
    set('x');
    swap('y');
    swap('z');
    ground.pass();
    expect(ground.said()).toEqual(['x! OUTSIDE_INTERVAL none', 'y: null', 'z: 2']);
  });

  it('is told from one that it does not close with', () => {
    ground.peer.script('a').hears(Buffer.concat([asked.delete('x'), asked.delete('y')]), no(5, 'x'), ok());
    ground.ask('x', ground.arakoon.delete('x'));
    ground.ask('y', ground.arakoon.delete('y'));
    ground.pass();
    expect(ground.said()).toEqual(['x! NOT_FOUND none', 'y: done']);
  });

  it('may be that it does not know the command', () => {
    ground.peer.script('a').hears(command(0x41), no(5, '41: command not found')).ends();
    ground.ask('nop', ground.arakoon.nop());
    ground.pass();
    expect(ground.said()).toEqual(['nop! NOT_SUPPORTED none']);
  });

  it('may have no message', () => {
    ground.peer.script('a').hears(asked.get('x'), le32(1)).ends();
    get('x');
    ground.pass();
    expect(ground.said()).toEqual(['x! NO_MAGIC none']);
  });

  it('leaves it open what became of a write, if the server does not know either', () => {
    ground.peer.script('a').hears(asked.set('x', '1'), no(255, 'unknown failure')).ends();
    ground.peer.script('a').hears(asked.get('y'), no(255, 'unknown failure')).ends();
    set('x');
    get('y');
    ground.pass();
    expect(ground.said()).toEqual(['x! UNKNOWN_FAILURE unknown', 'y! UNKNOWN_FAILURE none']);
  });
});

describe('a connection that ends without a word', () => {
  it('leaves it open what became of a write, and sends again what is idempotent', () => {
    ground.peer
      .script('a')
      .hears(Buffer.concat([swapped('x'), asked.set('y', '1'), asked.delete('z')]))
      .ends();
    ground.peer.script('a').hears(asked.set('y', '1'), ok());
    swap('x');
    set('y');
    ground.ask('z', ground.arakoon.delete('z'));
    ground.pass(1000);
    expect(ground.said()).toEqual(['x! CONNECTION_LOST unknown', 'z! CONNECTION_LOST unknown', 'y: done']);
  });

  it('sends again what its caller says is idempotent, and not what he says is not', () => {
    ground.peer
      .script('a')
      .hears(Buffer.concat([swapped('x'), asked.set('y', '1')]))
      .ends();
    ground.peer.script('a').hears(swapped('x'), ok(some(null)));
    ground.ask('x', ground.arakoon.testAndSet('x', null, bytes('1'), { idempotent: true }));
    ground.ask('y', ground.arakoon.set('y', bytes('1'), { idempotent: false }));
    ground.pass(1000);
    expect(ground.said()).toEqual(['y! CONNECTION_LOST unknown', 'x: null']);
  });

  it('says what that may mean, when it said nothing else either', () => {
    let message = '';
    ground.peer.script('a').hears(swapped('x')).ends();
    ground.arakoon
      .testAndSet('x', null, bytes('1'))
      .subscribe({ error: (error: CoordinationError) => (message = error.message) });
    ground.pass();
    expect(message).toBe(
      'a closed the connection without a word: it was just stopped, or it belongs to another cluster than "ricky"'
    );
  });

  it('leaves no doubt about an attempt that failed before', () => {
    ground.peer.script('a').hears(asked.set('x', '1')).ends(); // may have been done
    ground.peer.script('a').hears(asked.set('x', '1'), no(8, 'a')).ends(); // was not
    set('x');
    ground.pass(1000);
    expect(ground.said()).toEqual(['x! READ_ONLY unknown']);
  });

  it('may have broken', () => {
    ground.peer.script('a').hears(swapped('x')).breaks(new ConnectionLostError('reset', 'unknown'));
    swap('x');
    ground.pass();
    expect(ground.said()).toEqual(['x! CONNECTION_LOST unknown']);
  });
});

describe('a server that cannot be understood', () => {
  it.each([
    ['a string of negative length', ok(le32(-1))],
    ['a reply that is too large', ok(le32(2000))],
  ])('fails the request that it answers with %s, and asks for the others again', (_, answer) => {
    ground = new ArakoonGround({ maxReplyBytes: 1000 });
    ground.peer.script('a').hears(Buffer.concat([asked.get('x'), asked.get('y')]), answer);
    ground.peer.script('a').hears(asked.get('y'), ok(lstr('2')));
    get('x');
    get('y');
    ground.pass(1000);
    expect(ground.said()).toEqual(['x! PROTOCOL none', 'y: 2']);
    expect(ground.peer.leavings.length).toBe(1);
  });

  it('fails writes with an effect that is unknown', () => {
    ground.peer
      .script('a')
      .hears(Buffer.concat([swapped('x'), swapped('y'), asked.set('z', '1')]), ok(Buffer.from([7])));
    swap('x');
    swap('y');
    set('z'); // the server may yet do it, after whatever comes now
    ground.pass();
    expect(ground.said()).toEqual(['x! PROTOCOL unknown', 'y! PROTOCOL unknown', 'z! PROTOCOL unknown']);
  });

  it('is left when it says that all is well, and nothing was asked', () => {
    ground.peer
      .script('a')
      .hears(asked.get('x'), ok(lstr('1')))
      .says(ok());
    get('x');
    ground.pass();
    expect(ground.said()).toEqual(['x: 1']);
    expect(ground.peer.leavings.length).toBe(1);
  });
});

describe('a server that speaks before it is asked', () => {
  it.each([
    [254, 'too many clients'],
    [16, 'closing socket'],
  ])('%i: what it was not asked yet is asked again, a little later', (code, message) => {
    ground.pass(); // the master is known
    ground.peer.unwelcome('a', no(code, message));
    ground.peer.script('a').hears(swapped('x'), ok(some(null)));
    swap('x');
    ground.pass(10);
    expect(ground.said()).toEqual([]);
    ground.pass(1000);
    expect(ground.said()).toEqual(['x: null']);
  });

  it('for as long as the request may take, which then says why', () => {
    let error: CoordinationError | undefined;
    ground.pass();
    for (let i = 0; i < 100; i++) ground.peer.unwelcome('a', no(254, 'too many clients'));
    ground.arakoon.get('x', { timeout: 1000 }).subscribe({ error: (it: CoordinationError) => (error = it) });
    ground.pass(1000);
    expect(error).toMatchObject({ code: 'TIMEOUT', effect: 'none', operation: 'get', path: 'x' });
    expect(error!.message).toBe('get: no reply in time; the server closed the connection after MAX_CONNECTIONS');
    expect(ground.peer.dials.length).toBeLessThan(12); // with longer and longer waits
  });

  it('and answers so to the first request: what it refused for lack of room was not done', () => {
    ground.peer
      .script('a')
      .hears(Buffer.concat([swapped('x'), swapped('y')]), no(254, 'too many clients'))
      .ends();
    ground.peer.script('a').hears(Buffer.concat([swapped('y'), swapped('x')]), ok(some(null)), ok(some(null)));
    swap('x');
    swap('y');
    ground.pass(1000);
    expect(ground.said()).toEqual(['y: null', 'x: null']);
  });

  it('and answers so to the first request: of what it cut short nobody knows', () => {
    ground.peer
      .script('a')
      .hears(Buffer.concat([swapped('x'), swapped('y')]), no(16, 'closing socket'))
      .ends();
    ground.peer.script('a').hears(swapped('y'), ok(some(null)));
    swap('x');
    swap('y');
    ground.pass(1000);
    expect(ground.said()).toEqual(['x! GOING_DOWN unknown', 'y: null']);
  });
});
