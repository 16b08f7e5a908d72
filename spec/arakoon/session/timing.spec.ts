import { describe, expect, it } from '@jest/globals';
import { ConnectError, type CoordinationError, type UsageError } from '../../../lib/core/errors.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, command, lstr, no, ok } from '../../helpers/arakoonWire.js';

const bytes = (text: string) => Buffer.from(text);
const REFUSED = new ConnectError('refused');

describe('a request', () => {
  it('has a deadline: that of the client, of the view, or its own', () => {
    const ground = new ArakoonGround({ timeout: 3000 }, { master: null });
    const { arakoon } = ground;
    ground.ask('own', arakoon.get('x', { timeout: 1000 }));
    ground.ask('view', arakoon.with({ timeout: 2000 }).get('x', { idempotent: true }));
    ground.ask('client', arakoon.get('x'));
    ground.pass(999);
    expect(ground.said()).toEqual([]);
    ground.pass();
    expect(ground.said()).toEqual(['own! TIMEOUT none']);
    ground.pass(1000);
    expect(ground.said()).toEqual(['view! TIMEOUT none']);
    ground.pass(999);
    expect(ground.said()).toEqual([]);
    ground.pass();
    expect(ground.said()).toEqual(['client! TIMEOUT none']);
  });

  it('that has left and gets no reply in time may have been done, if it is a write', () => {
    const ground = new ArakoonGround();
    ground.ask('x', ground.arakoon.get('x', { timeout: 1000 }));
    ground.ask('y', ground.arakoon.set('y', bytes('1'), { timeout: 1000 }));
    ground.pass(1000);
    expect(ground.said()).toEqual(['x! TIMEOUT none', 'y! TIMEOUT unknown']);
  });

  it('that is late costs the connection only if nothing has come there for as long as a dial may take', () => {
    const ground = new ArakoonGround({ connectTimeout: 2000 });
    const script = ground.peer.script('a').hears(asked.get('x'));
    ground.ask('x', ground.arakoon.get('x', { timeout: 500 }));
    ground.pass(1000);
    expect(ground.said()).toEqual(['x! TIMEOUT none']);
    script.says(ok(lstr('late'))).hears(asked.get('y'));
    ground.ask('y', ground.arakoon.get('y', { timeout: 1500 }));
    ground.pass(1600);
    expect([ground.said(), ground.peer.leavings]).toEqual([['y! TIMEOUT none'], []]);
    ground.peer.script('a').hears(Buffer.concat([asked.get('w')]), ok(lstr('2'))); // another connection
    ground.ask('z', ground.arakoon.get('z', { timeout: 500 }));
    ground.ask('w', ground.arakoon.get('w'));
    ground.pass(600);
    expect(ground.peer.leavings.length).toBe(1);
    expect(ground.said()).toEqual(['z! TIMEOUT none', 'w: 2']);
  });

  it('can be aborted, before and while it is under way', () => {
    const ground = new ArakoonGround();
    const abort = new AbortController();
    ground.ask('x', ground.arakoon.set('x', bytes('1'), { signal: abort.signal }));
    ground.pass();
    abort.abort('enough');
    ground.ask('y', ground.arakoon.set('y', bytes('1'), { signal: abort.signal }));
    ground.pass();
    expect(ground.said()).toEqual(['x! ABORTED unknown', 'y! ABORTED none']);
  });

  it('fails when the client is closed, and so does every later one', async () => {
    const ground = new ArakoonGround();
    ground.ask('sent', ground.arakoon.set('x', bytes('1')));
    ground.pass();
    ground.ask('read', ground.arakoon.get('x'));
    const closed = ground.arakoon.close();
    ground.ask('later', ground.arakoon.get('x'));
    ground.time.advance(1);
    expect(ground.said().sort()).toEqual([
      'client |',
      'later! CLOSED none',
      'read! CLOSED none',
      'sent! CLOSED unknown',
    ]);
    await expect(closed).resolves.toBeUndefined();
    expect([ground.arakoon.close() === closed, ground.arakoon.with({}).close() === closed]).toEqual([true, true]);
    expect([ground.said(), ground.peer.open]).toEqual([[], 0]);
  });

  it('fails when nobody is subscribed to the client any more', () => {
    const ground = new ArakoonGround();
    ground.ask('x', ground.arakoon.get('x'));
    ground.connection.unsubscribe();
    expect([ground.said(), ground.arakoon.state]).toEqual([['x! CLOSED none'], { kind: 'closed' }]);
    ground.pass(60_000);
    expect([ground.peer.open, ground.peer.dials.length]).toEqual([0, 0]);
  });
});

describe('a read that any node may answer', () => {
  it('needs no master, and goes round', () => {
    const ground = new ArakoonGround({}, { master: null });
    for (const node of ['a', 'b', 'c']) ground.peer.script(node).hears(asked.getAnywhere('x'), ok(lstr(node)));
    for (let i = 0; i < 3; i++) ground.ask('x', ground.arakoon.get('x', { consistency: 'none' }));
    ground.pass();
    expect(ground.said().sort()).toEqual(['x: a', 'x: b', 'x: c']);
  });

  it('passes by nodes that cannot be reached', () => {
    const ground = new ArakoonGround();
    ground.peer.down['b'] = REFUSED;
    ground.peer.down['c'] = REFUSED;
    const script = ground.peer.script('a');
    for (let i = 0; i < 6; i++) script.hears(asked.getAnywhere('x'), ok(lstr('1')));
    for (let i = 0; i < 6; i++) ground.ask('x', ground.arakoon.get('x', { consistency: 'none' }));
    ground.pass(10);
    expect(ground.said()).toEqual(Array(6).fill('x: 1'));
  });

  it('goes to the node that is named, and waits for that one', () => {
    const ground = new ArakoonGround();
    ground.peer.down['b'] = REFUSED;
    ground.peer.script('b').hears(asked.getAnywhere('x'), ok(lstr('b')));
    ground.ask('x', ground.arakoon.with({ node: 'b', consistency: 'none' }).get('x'));
    ground.pass(1000);
    expect(ground.said()).toEqual([]);
    delete ground.peer.down['b'];
    ground.pass(3000);
    expect(ground.said()).toEqual(['x: b']);
  });

  it('is asked again, of another, while nodes are not as new as it wants', () => {
    const ground = new ArakoonGround({ random: () => 0 });
    const wanted = asked.getAtLeast('x', 82n);
    const behind = no(128, 'store not fresh enough');
    for (const node of ['a', 'b', 'c']) ground.peer.script(node).hears(wanted, node === 'a' ? ok(lstr('1')) : behind);
    ground.ask('x', ground.arakoon.get('x', { consistency: { atLeast: 82n } }));
    ground.pass(5000);
    expect(ground.said()).toEqual(['x: 1']);
    expect(ground.peer.leavings).toEqual([]);
  });

  it('says so when none becomes so in time', () => {
    const ground = new ArakoonGround({ timeout: 1000 }, { names: ['a'] });
    const script = ground.peer.script('a');
    for (let i = 0; i < 20; i++) script.hears(asked.getAtLeast('x', 82n), no(128, 'store not fresh enough'));
    let error: CoordinationError | undefined;
    ground.arakoon
      .get('x', { consistency: { atLeast: 82n } })
      .subscribe({ error: (it: CoordinationError) => (error = it) });
    ground.pass(1000);
    expect(error).toMatchObject({ code: 'TIMEOUT', effect: 'none', cause: { code: 'INCONSISTENT_READ' } });
  });
});

describe('a connection', () => {
  it('is closed when it was not needed for a while, and made again when it is', () => {
    const ground = new ArakoonGround({ idle: 10_000 });
    ground.peer.script('a').hears(asked.get('x'), ok(lstr('1')));
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(9000);
    expect(ground.peer.open).toBe(2);
    ground.pass(11_500);
    expect(ground.peer.open).toBe(1); // the master is still asked
    ground.peer.script('a').hears(asked.get('x'), ok(lstr('2')));
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass();
    expect(ground.said()).toEqual(['x: 1', 'x: 2']);
  });

  it('is made again soon, when several are refused together, and shared by the writes that wait', () => {
    const ground = new ArakoonGround();
    ground.pass();
    const script = ground.peer.script('a');
    for (let i = 0; i < 4; i++) {
      ground.peer.unwelcome('a', no(254, 'too many clients'));
      script.hears(asked.delete('x'), ok());
    }
    for (let i = 0; i < 4; i++) ground.ask('x', ground.arakoon.delete('x'));
    ground.pass(200); // the first wait
    expect(ground.said()).toEqual(Array(4).fill('x: done'));
  });

  it('is made again after its share of the spread, when it was lost', () => {
    const ground = new ArakoonGround({ backoff: { min: 100, max: 2000, spread: 1000 } }, { names: ['a'] });
    const script = ground.peer.script('a').hears(asked.get('x'), ok(lstr('1')));
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(100);
    const dials = ground.peer.dials.length;
    script.ends();
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(490);
    expect(ground.peer.dials).toHaveLength(dials);
    ground.pass(20);
    expect(ground.peer.dials).toHaveLength(dials + 1);
  });

  it('is not closed while it owes an answer', () => {
    const ground = new ArakoonGround({ idle: 1000, timeout: 30_000 });
    const script = ground.peer.script('a').hears(asked.get('x'));
    ground.ask('x', ground.arakoon.get('x'));
    ground.pass(20_000);
    script.says(ok(lstr('1')));
    expect(ground.said()).toEqual(['x: 1']);
  });

  it('of its own is for what is done to the files of a node, for as long as that takes', () => {
    const ground = new ArakoonGround();
    const script = ground.peer.script('b').hears(command(0x25));
    ground.ask('optimized', ground.arakoon.optimizeDb({ node: 'b' }));
    const defragmenting = ground.ask(
      'defragmented',
      ground.arakoon.defragDb({ node: 'b', signal: new AbortController().signal })
    );
    ground.pass(600_000);
    expect(ground.peer.open).toBe(3);
    defragmenting.unsubscribe();
    expect(ground.peer.open).toBe(2);
    script.says(ok());
    expect([ground.said(), ground.peer.open]).toEqual([['optimized: done'], 1]);
    ground.ask('copied', ground.arakoon.copyDbToHead(1, { node: 'b' })).unsubscribe(); // while it is being dialed
    ground.pass(10);
    expect(ground.peer.open).toBe(1);
  });

  it('is not opened for work of which nobody knows where it is to be done', () => {
    const ground = new ArakoonGround();
    const errors: UsageError[] = [];
    ground.arakoon.flushStore().subscribe({ error: (error: UsageError) => errors.push(error) });
    ground.arakoon.flushStore({ node: 'z' }).subscribe({ error: (error: UsageError) => errors.push(error) });
    expect(errors.map(({ message }) => message)).toEqual([
      'options.node: must name the node: this is done to one node, and not to the cluster',
      'options.node: must be one of a, b, c, not "z"',
    ]);
  });
});
