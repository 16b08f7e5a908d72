import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CoordinationError } from '../../../lib/core/errors.js';
import { deleteNode } from '../../../lib/zookeeper/protocol/ops/deleteNode.js';
import { getChildren } from '../../../lib/zookeeper/protocol/ops/getChildren.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { senderGround } from '../../helpers/senderGround.js';
import { bool, dataBody, i32, pathOf, reply, stat, str, vec } from '../../helpers/wireBytes.js';

const [MULTI_READ, GET, GET_CHILDREN, EXISTS, SET, DELETE] = [22, 4, 8, 3, 5, 2];

let { link, channel, sender, log, make, ask, look, read, write, turn, sent, paths } = senderGround();
const open = (...how: Parameters<typeof senderGround>) =>
  void ({ link, channel, sender, log, make, ask, look, read, write, turn, sent, paths } = senderGround(...how));
beforeEach(() => open());

/** What a multiRead is answered with. */
const results = (...each: readonly Buffer[]) => Buffer.concat([...each, i32(-1), bool(true), i32(-1)]);
const ok = (opcode: number, body: Buffer) => Buffer.concat([i32(opcode), bool(false), i32(0), body]);
const no = (code: number) => Buffer.concat([i32(-1), bool(false), i32(code), i32(code)]);

describe('reads beside each other', () => {
  it('travel as one, which says of each what it is, and are answered each by itself', () => {
    read('/a');
    ask(getChildren, '/b', '/b');
    turn();
    const [group, ...others] = link.asked();
    const part = (opcode: number, path: string) =>
      Buffer.concat([i32(opcode), bool(false), i32(-1), str(path), bool(false)]);
    expect([group!.xid, group!.opcode, others]).toEqual([1, MULTI_READ, []]);
    expect(group!.body).toEqual(results(part(GET, '/a'), part(GET_CHILDREN, '/b')));
    channel.receive(reply(1, results(no(-102), ok(GET_CHILDREN, vec(str('c'))))));
    expect(log).toEqual(['/a! NO_AUTH none', '/b']);
  });

  it('fail all of them with the error of the whole', () => {
    read('/a');
    read('/b');
    turn();
    channel.receive(reply(1, undefined, { error: -127 }));
    expect(log).toEqual(['/a! THROTTLED_OP none', '/b! THROTTLED_OP none']);
  });

  it.each([-1, -5, -6, -8, -101])(
    'are asked for one by one, now and from then on, when the server refuses to read several at once (%i)',
    (error) => {
      read('/a');
      read('/b').unsubscribe();
      read('/c');
      turn();
      link.writes.length = 0;
      channel.receive(reply(1, undefined, { error }));
      read('/d');
      read('/e');
      turn();
      expect([sent(), log]).toEqual([
        [
          [2, GET],
          [3, GET],
          [4, GET],
          [5, GET],
        ],
        [],
      ]);
      channel.receive(
        Buffer.concat([
          reply(2, dataBody('a')),
          reply(3, undefined, { error: -101 }),
          reply(4, dataBody('d')),
          reply(5, dataBody('e')),
        ])
      );
      expect(log).toEqual(['/a', '/c! NO_NODE none', '/d', '/e']);
    }
  );

  it('get past the value of one that was left', () => {
    read('/a').unsubscribe();
    const gone = read('/b');
    read('/c');
    turn();
    gone.unsubscribe();
    channel.receive(reply(1, results(ok(GET, dataBody('b')), ok(GET, dataBody('c')))));
    expect([log, sender.pending.length]).toEqual([['/c'], 0]);
  });

  it.each([
    [
      'more results than there were reads',
      results(ok(GET, dataBody('a')), ok(GET, dataBody('b')), ok(GET, dataBody('c'))),
      ['/a', '/b'],
    ],
    ['fewer', results(ok(GET, dataBody('a'))), ['/a', '/b! PROTOCOL none']],
  ])('break the link with %s', (_, body, outcome) => {
    read('/a');
    read('/b');
    turn();
    expect(() => channel.receive(reply(1, body))).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
    expect(log).toEqual(outcome);
  });

  it('never pass a write, nor does a write pass them', () => {
    read('/a');
    read('/b');
    write('/a');
    read('/a');
    ask(deleteNode, { path: '/a', version: -1 }, 'delete');
    look('/a');
    read('/a');
    read('/b');
    turn();
    expect(sent()).toEqual([
      [1, MULTI_READ],
      [2, SET],
      [3, GET],
      [4, DELETE],
      [5, EXISTS],
      [6, MULTI_READ],
    ]);
  });

  it('are of one turn only: a read alone travels plain', () => {
    read('/a');
    turn();
    read('/b');
    turn();
    expect(sent()).toEqual([
      [1, GET],
      [2, GET],
    ]);
  });

  it('are together up to so many', () => {
    open({ coalesce: 3 });
    for (let i = 0; i < 7; i++) read(`/${i}`);
    turn();
    expect(sent()).toEqual([
      [1, MULTI_READ],
      [2, MULTI_READ],
      [3, GET],
    ]);
  });

  it.each([
    [30599, [GET, GET]],
    [30600, [MULTI_READ]],
    [0, [GET, GET]],
  ])('travel by what a server of version %i knows', (version, opcodes) => {
    open({}, version);
    read('/a');
    read('/b');
    turn();
    expect(sent().map(([, opcode]) => opcode)).toEqual(opcodes);
  });

  it('travel apart again, in order and without a gap in their numbers, when they are too large together', () => {
    const names = [...'abc'].map((each) => `/${each.repeat(400)}`);
    look('/before');
    for (const name of names) read(name);
    look('/after');
    turn();
    const apart = names.map((name, i) => [i + 2, GET, name]);
    expect(link.asked().map((each) => [each.xid, each.opcode, pathOf(each)])).toEqual([
      [1, EXISTS, '/before'],
      ...apart,
      [5, EXISTS, '/after'],
    ]);
    channel.receive(
      Buffer.concat([reply(1, stat()), ...names.map((name, i) => reply(i + 2, dataBody(name))), reply(5, stat())])
    );
    expect(log).toEqual(['/before', ...names, '/after']);
  });

  it('travel apart when one of them alone is too large, and only that one is refused', () => {
    read('/a');
    read(`/${'b'.repeat(2000)}`);
    read('/c');
    turn();
    expect([paths(), log]).toEqual([['/a', '/c'], [expect.stringMatching(/^\/b+! TOO_LARGE none$/)]]);
  });

  it('travel apart when reads have brought much of late', () => {
    read('/a');
    turn();
    for (let i = 0; i < 8; i++) read(`/${i}`);
    turn();
    expect([...sender.pending].map(({ reads }) => reads)).toEqual([1, 8]);
    channel.receive(reply(1, dataBody('x'.repeat(90_000))));
    for (let i = 0; i < 8; i++) read(`/${i}`);
    turn();
    // 64 KiB of what came to 11,262 bytes each
    expect([...sender.pending].map(({ reads }) => reads)).toEqual([8, 6, 2]);
  });

  it('are not joined across batches, which fail by themselves', () => {
    const [one, other] = [{ started: false }, { started: false }];
    for (const [path, batch] of [
      ['/a', one],
      ['/b', one],
      ['/c', other],
      ['/d', other],
    ] as const) {
      make(getData, path)
        .inBatch(batch, () => undefined)
        .subscribe({ error: ({ code }: CoordinationError) => log.push(`${path}! ${code}`) });
    }
    expect([one.started, other.started]).toEqual([false, false]);
    turn();
    expect([sent(), one.started, other.started]).toEqual([
      [
        [1, MULTI_READ],
        [2, MULTI_READ],
      ],
      true,
      true,
    ]);
  });
});
