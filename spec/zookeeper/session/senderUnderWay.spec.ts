import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Xid } from '../../../lib/zookeeper/protocol/header.js';
import { exists } from '../../../lib/zookeeper/protocol/ops/exists.js';
import { whoAmI } from '../../../lib/zookeeper/protocol/ops/serverInfo.js';
import { addWatch } from '../../../lib/zookeeper/protocol/ops/watches.js';
import { senderGround } from '../../helpers/senderGround.js';
import { pathOf, reply, stat } from '../../helpers/wireBytes.js';

let { link, channel, sender, log, make, ask, look, read, write, turn, xids, paths } = senderGround();
const open = (...how: Parameters<typeof senderGround>) =>
  void ({ link, channel, sender, log, make, ask, look, read, write, turn, xids, paths } = senderGround(...how));
beforeEach(() => open());
afterEach(() => void jest.restoreAllMocks());

describe('the numbers of requests', () => {
  const numbers: { last: number } = Xid;

  it('begin anew after the largest, for those who ask and for those who answer', () => {
    jest.replaceProperty(numbers, 'last', 3);
    for (let i = 0; i < 7; i++) look(`/${i}`);
    turn();
    expect(xids()).toEqual([1, 2, 3, 1, 2, 3, 1]);
    channel.receive(Buffer.concat([1, 2, 3, 1, 2, 3, 1].map((xid) => reply(xid, stat()))));
    expect(log.length).toBe(7);
  });

  it('have no gap where a request was refused at that very place', () => {
    jest.replaceProperty(numbers, 'last', 3);
    for (let i = 0; i < 3; i++) look(`/${i}`);
    write('/large', 2000);
    look('/next');
    turn();
    expect([xids(), log]).toEqual([[1, 2, 3, 1], ['/large! TOO_LARGE none']]);
  });

  it('are not spent on what was taken back, nor on what is too large or too new for the server', () => {
    open({}, 30500);
    const gone = look('/gone');
    write('/large', 2000);
    ask(whoAmI, undefined, 'who');
    ask(addWatch, { path: '/a', mode: 'persistent' }, 'watch');
    look('/kept');
    gone.unsubscribe();
    turn();
    expect(log).toEqual(['/large! TOO_LARGE none', 'who! UNSUPPORTED none', 'watch! UNSUPPORTED none']);
    expect(link.asked().map((each) => [each.xid, pathOf(each)])).toEqual([[1, '/kept']]);
  });

  it('stay with what was sent, though nobody waits for its reply any more', () => {
    const gone = look('/gone');
    turn();
    gone.unsubscribe();
    look('/next');
    turn();
    expect([xids(), sender.pending.length]).toEqual([[1, 2], 2]);
    channel.receive(Buffer.concat([reply(1, stat()), reply(2, stat())]));
    expect(log).toEqual(['/next']);
  });
});

describe('requests under way', () => {
  it('are as many as they may be; each reply lets one more out, and one that was left counts until its reply', () => {
    open({ maxInFlight: 2 });
    const [gone] = ['/a', '/b', '/c', '/d', '/e'].map((path) => look(path));
    turn();
    expect(xids()).toEqual([1, 2]);
    gone!.unsubscribe();
    turn();
    expect(xids()).toEqual([]);
    channel.receive(reply(1, stat()));
    expect(xids()).toEqual([3]);
    channel.receive(Buffer.concat([reply(2, stat()), reply(3, stat())]));
    expect(xids()).toEqual([4, 5]);
  });

  it('do not hold up the session’s own', () => {
    open({ maxInFlight: 1 });
    look('/a');
    look('/b');
    turn();
    channel.request(exists, '/own').subscribe();
    turn();
    expect(paths()).toEqual(['/a', '/own']);
  });

  it('are counted one by one, also those that travel together', () => {
    open({ maxInFlight: 3, coalesce: 2 });
    for (const name of 'abcde') read(`/${name}`);
    turn();
    expect([...sender.pending].map(({ reads }) => reads)).toEqual([2, 1]);
    channel.receive(reply(1, undefined, { error: -127 }));
    expect([...sender.pending].map(({ reads }) => reads)).toEqual([1, 2]);
  });

  it('are as many as they may be, also when reads travel apart that were too large together', () => {
    open({ maxInFlight: 2 });
    for (const name of 'abcde') read(`/${name.repeat(600)}`);
    turn();
    expect(xids()).toEqual([1, 2]);
  });

  it('lead to others that leave with the chunk that answered, all in one write', () => {
    make(exists, '/a').subscribe(() => look('/a/then'));
    make(exists, '/b').subscribe(() => look('/b/then'));
    turn();
    link.writes.length = 0;
    channel.receive(Buffer.concat([reply(1, stat()), reply(2, stat())]));
    expect(link.writes.length).toBe(1);
    expect(paths()).toEqual(['/a/then', '/b/then']);
  });

  it('that are many let a few new ones wait for company, but not an urgent one, nor the last of them', () => {
    for (let i = 0; i < 40; i++)
      make(exists, `/${i}`).subscribe(() =>
        i === 0 ? look('/then') : i === 1 ? look('/urgent', { priority: 'high' }) : undefined
      );
    turn();
    link.writes.length = 0;
    channel.receive(reply(1, stat()));
    expect(paths()).toEqual([]);
    channel.receive(reply(2, stat()));
    expect(paths()).toEqual(['/urgent', '/then']);
    look('/more');
    turn();
    expect(paths()).toEqual(['/more']); // what no reply led to waits for the end of its turn only
  });
});
