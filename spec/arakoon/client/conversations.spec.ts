import { beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import { ConnectError } from '../../../lib/core/errors.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { command, le32, le64, lstr, no, ok } from '../../helpers/arakoonWire.js';

const [COLLAPSE, GET_DB, USER_HOOK] = [
  command(0x14, le32(2)),
  command(0x1b),
  (name: string) => command(0x45, Buffer.from([0]), lstr(name)),
];
let ground: ArakoonGround;
beforeEach(() => {
  ground = new ArakoonGround();
  ground.pass(); // the master is known
});

describe('collapseTlogs', () => {
  const collapse = () => ground.ask('it', ground.arakoon.collapseTlogs(2, { node: 'b' }));

  it('is over at once when there is nothing to do', () => {
    ground.peer.script('b').hears(COLLAPSE, ok(le32(0)));
    collapse().add(() => ground.log.push('over'));
    ground.pass();
    expect([ground.said(), ground.peer.open]).toEqual([['it: {"done":0,"total":0,"elapsed":0}', 'over'], 1]);
  });

  it('shows how far it got, and then why it got no further', () => {
    const script = ground.peer.script('b').hears(COLLAPSE, ok(le32(3)), ok(le64(4194n)));
    collapse();
    ground.pass(3_000_000);
    script.says(no(255, 'out of room'));
    expect(ground.said()).toEqual([
      'it: {"done":0,"total":3,"elapsed":0}',
      expect.stringMatching(/^it: \{"done":1,"total":3,"elapsed":0.99/),
      'it! UNKNOWN_FAILURE unknown',
    ]);
    expect(ground.peer.open).toBe(1);
  });

  it('ends with its connection, and after an hour of silence', () => {
    ground.peer
      .script('b')
      .hears(COLLAPSE, ok(le32(3)))
      .ends();
    collapse();
    ground.pass();
    ground.peer.script('b').hears(COLLAPSE, ok(le32(3)));
    collapse();
    ground.pass(3_600_001);
    expect(ground.said().filter((line) => line.startsWith('it!'))).toEqual([
      'it! CONNECTION_LOST unknown',
      'it! TIMEOUT unknown',
    ]);
    expect(ground.peer.open).toBe(1);
  });

  it('stops listening when its caller leaves', () => {
    ground.peer.script('b').hears(COLLAPSE, ok(le32(3)));
    const collapsing = collapse();
    ground.pass();
    collapsing.unsubscribe();
    expect(ground.peer.open).toBe(1);
  });
});

describe('getDb', () => {
  const getDb = () => ground.ask('it', ground.arakoon.getDb({ node: 'b' })).add(() => ground.log.push('over'));

  it('emits the file as it comes, and ends where it ends', () => {
    const script = ground.peer.script('b').hears(GET_DB, ok(le64(5n)));
    getDb();
    ground.pass();
    script.says(Buffer.from('abc')).says(Buffer.from('defgh'));
    expect([ground.said(), ground.peer.open]).toEqual([['it: abc', 'it: de', 'over'], 1]);
  });

  it('does not take a part for the whole', () => {
    ground.peer
      .script('b')
      .hears(GET_DB, ok(le64(5n)), Buffer.from('abc'))
      .ends();
    getDb();
    ground.pass();
    expect(ground.said()).toEqual(['it: abc', 'it! CONNECTION_LOST none', 'over']);
  });

  it('may be of no bytes', () => {
    ground.peer.script('b').hears(GET_DB, ok(le64(0n)));
    getDb();
    ground.pass();
    expect(ground.said()).toEqual(['over']);
  });

  it('errors when the node cannot be reached, or aborted', () => {
    ground.peer.down['b'] = new ConnectError('refused');
    getDb();
    ground.pass();
    delete ground.peer.down['b'];
    const abort = new AbortController();
    ground.ask('aborted', ground.arakoon.getDb({ node: 'b', signal: abort.signal }));
    ground.pass();
    abort.abort();
    ground.ask('later', ground.arakoon.getDb({ node: 'b', signal: abort.signal }));
    expect(ground.said()).toEqual(['it! CONNECT_FAILED none', 'over', 'aborted! ABORTED none', 'later! ABORTED none']);
    expect(ground.peer.open).toBe(1);
  });
});

describe('userHook', () => {
  it('is a conversation with the master, until one of the two has had enough', () => {
    const input$ = new Subject<Uint8Array>();
    const script = ground.peer.script('a').hears(USER_HOOK('echo'), ok());
    ground.ask('it', ground.arakoon.userHook('echo', { input$ })).add(() => ground.log.push('over'));
    ground.pass();
    script.hears(Buffer.from('hello'), Buffer.from('HELLO'));
    input$.next(Buffer.from('hello'));
    ground.pass();
    script.says(Buffer.from('bye')).ends();
    expect(ground.said()).toEqual(['it: HELLO', 'it: bye', 'over']);
    expect([ground.peer.open, input$.observed]).toEqual([1, false]);
  });

  it('waits for a master', () => {
    ground = new ArakoonGround({}, { master: null });
    ground.peer.script('b').hears(USER_HOOK('echo'), ok(), Buffer.from('x'));
    ground.ask('it', ground.arakoon.userHook('echo'));
    ground.pass(2000);
    ground.peer.elect('b');
    ground.pass(3000);
    expect(ground.said()).toEqual(['it: x']);
  });

  it('that meets a node which is master no more has another one looked for', () => {
    ground.pass(2000);
    ground.peer.elect('b');
    ground.peer.script('a').hears(USER_HOOK('echo'), no(4, 'b')).ends();
    ground.ask('it', ground.arakoon.userHook('echo'));
    ground.pass(10);
    expect([ground.said(), ground.arakoon.state]).toEqual([
      ['it! NOT_MASTER none'],
      { kind: 'connected', master: 'b' },
    ]);
  });

  it('is not asked twice', () => {
    ground.peer.script('a').hears(USER_HOOK('echo')).ends();
    ground.ask('it', ground.arakoon.userHook('echo'));
    ground.pass();
    expect(ground.said()).toEqual(['it! CONNECTION_LOST unknown']);
  });

  it('may be silent once it has begun, but must begin in time', () => {
    ground.peer.script('a').hears(USER_HOOK('echo'), ok(), Buffer.from('x'));
    ground.ask('it', ground.arakoon.userHook('echo', { timeout: 1000 }));
    ground.peer.script('a').hears(USER_HOOK('mute'));
    ground.ask('mute', ground.arakoon.userHook('mute', { timeout: 1000 }));
    ground.pass(60_000);
    expect(ground.said()).toEqual(['it: x', 'mute! TIMEOUT unknown']);
  });
});
