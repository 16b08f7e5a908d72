import { describe, expect, it } from '@jest/globals';
import { NEVER, type Observable, of, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { ConnectionLostError, SessionError } from '../../../lib/core/errors.js';
import { type Kind, TreeReads } from '../../../lib/zookeeper/watch/tree/treeReads.js';
import { isSettled } from '../../helpers/isSettled.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

describe('the reads of a tree', () => {
  for (const error of [
    new SessionError('CLOSED', 'the client was closed'),
    new SessionError('EXPIRED', 'over'),
    new ConnectionLostError('gone', 'none'),
  ]) {
    it(`stop with the first that fails at once with ${error.code}, and go on with the next link`, () => {
      let asked = 0;
      // rather than asking for ever
      let answer: (path: string) => Observable<unknown> = () => (asked > 10_000 ? NEVER : throwError(() => error));
      const got: string[] = [];
      let whole = 0;
      const reads = new TreeReads(
        (_op, path) => (asked++, answer(path as string) as Observable<never>),
        new TestScheduler(() => undefined),
        {
          got: (kind: Kind, path) => void got.push(`${kind} ${path}`),
          refused: () => undefined,
          delayed: () => undefined,
          whole: () => void whole++,
        }
      );
      for (const path of ['/a', '/b', '/c']) reads.ask('data', path, true);
      reads.resume();
      expect(asked).toBe(1);
      reads.ask('names', '/a', false);
      expect(asked).toBe(1);
      answer = () => of(null);
      reads.resume();
      expect([got.sort(), whole]).toEqual([['data /a', 'data /b', 'data /c', 'names /a'], 1]);
    });
  }
});

describe('a client that goes while a tree is read', () => {
  const ways = { close: 'close', detach: 'detach', unsubscribe: 'unsubscribe' } as const;
  for (const way of Object.values(ways)) {
    for (const when of ['during the first reading', 'right after a change']) {
      it(`ends it and comes to an end itself: ${way}, ${when}`, async () => {
        const world = new VirtualWorld();
        const [writer, reader] = [world.client(), world.client()];
        world.after(10);
        writer.zk.create('/t', null).subscribe();
        const children = when === 'right after a change' ? 3 : 1200;
        for (let i = 0; i < children; i++) writer.zk.create(`/t/${i}`, null).subscribe();
        world.after(100);
        world.watch('tree', reader.zk.watchTree('/t'), ({ size }) => String(size));
        if (when === 'right after a change') {
          expect(world.after(100)).toEqual(['tree 4']);
          writer.zk.set('/t/1', Buffer.from('x')).subscribe();
          world.after(1);
        } else expect(world.after(4)).toEqual([]);
        if (way === 'unsubscribe') reader.leave();
        const closed = way === 'detach' ? reader.zk.detach() : reader.zk.close();
        expect([world.after(1000), await isSettled(closed)]).toEqual([['tree |'], true]);
      });
    }
  }
});
