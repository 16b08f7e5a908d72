import { describe, expect, it } from '@jest/globals';
import { catchError, map, of, take, tap } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { TestScheduler } from 'rxjs/testing';
import { ConnectionLostError, ProtocolError, ServerError, SessionError } from '../../../lib/core/errors.js';
import { WatchCells } from '../../../lib/zookeeper/watch/watchCells.js';
import { watchNode } from '../../../lib/zookeeper/watch/watchNode.js';
import { WatchGround } from '../../helpers/watchGround.js';

const PATH = '/n';
const at = (mzxid: bigint) => ({ kind: 'present', value: null, stat: { czxid: 1n, mzxid }, zxid: mzxid });
const READINGS = { a: at(1n), b: at(2n), c: at(3n), x: { kind: 'absent', zxid: 9n } };
const changed = { type: 'dataChanged', path: PATH } as const;

interface Stage extends RunHelpers {
  readonly ground: WatchGround;
  readonly cells: WatchCells;
  /** What a subscriber sees: a letter per reading, and a capital while it is stale. */
  watch(): ReturnType<typeof shown>;
  /** Does what each letter of a diagram stands for. */
  play(diagram: string, acts: Readonly<Record<string, () => void>>): void;
}

function shown(cells: WatchCells) {
  return watchNode(cells, PATH, undefined).pipe(
    map((node) => {
      const letter = node.kind === 'present' ? { 1: 'a', 2: 'b', 3: 'c' }[Number(node.stat.mzxid)]! : 'x';
      return node.stale ? letter.toUpperCase() : letter;
    })
  );
}

/** Plays a scene in virtual time; `reads` are the answers of the server, one for each time it is asked. */
function scene(reads: readonly string[], test: (stage: Stage) => void, errors: readonly unknown[] = []): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    const ground = new WatchGround(
      scheduler,
      reads.map((read, i) => helpers.cold(read, READINGS, errors[i]))
    );
    const cells = new WatchCells(ground);
    const play: Stage['play'] = (diagram, acts) =>
      helpers
        .hot(diagram)
        .pipe(tap((act) => acts[act]!()))
        .subscribe();
    test({ ...helpers, ground, cells, watch: () => shown(cells), play });
  });
}

describe('a watched node', () => {
  it('is read when there is a connection, and after every event', () =>
    scene(['-(a|)', '-(b|)'], ({ ground, watch, play, expectObservable }) => {
      expectObservable(watch()).toBe('--a---b');
      play('-c---e', { c: () => ground.connect(), e: () => ground.event(changed) });
    }));

  it('answers a burst of events with one more read', () =>
    scene(['----(a|)', '----(c|)', '-(c|)'], ({ ground, watch, play, expectObservable, flush }) => {
      ground.connect();
      expectObservable(watch()).toBe('----a---c');
      play('-eee', { e: () => ground.event(changed) });
      flush();
      expect(ground.reads).toBe(2);
    }));

  it('does not repeat a state', () =>
    scene(['-(a|)', '-(a|)'], ({ ground, watch, play, expectObservable }) => {
      ground.connect();
      expectObservable(watch()).toBe('-a');
      play('----e', { e: () => ground.event(changed) });
    }));

  it('is stale while there is no connection, and reads nothing again if nothing changed', () =>
    scene(['-(a|)'], ({ ground, watch, play, expectObservable, flush }) => {
      ground.connect();
      expectObservable(watch()).toBe('-a-A---a');
      play('---s---c', { s: () => ground.suspend(), c: () => ground.connect() });
      flush();
      expect(ground.reads).toBe(1);
    }));

  it('stays stale until the read that an event of the reconnect asks for', () =>
    scene(['-(a|)', '--(b|)'], ({ ground, watch, play, expectObservable }) => {
      ground.connect();
      expectObservable(watch()).toBe('-a-A--b');
      play('---s(ec)', { s: () => ground.suspend(), e: () => ground.event(changed), c: () => ground.connect() });
    }));

  it('reads again after a read that the link took with it', () =>
    scene(
      ['---#', '-(b|)'],
      ({ ground, watch, play, expectObservable }) => {
        ground.connect();
        expectObservable(watch()).toBe('-------b');
        play('--s---c', { s: () => ground.suspend(), c: () => ground.connect() });
      },
      [new ConnectionLostError()]
    ));

  it('sees a node go, and come back', () =>
    scene(['-(a|)', '-(x|)', '-(b|)'], ({ ground, watch, play, expectObservable }) => {
      ground.connect();
      expectObservable(watch()).toBe('-a--x--b');
      play('---d--n', {
        d: () => ground.event({ type: 'deleted', path: PATH }),
        n: () => ground.event({ type: 'created', path: PATH }),
      });
    }));

  it('is shared: one watch, one read, and what is known at once for who comes later', () =>
    scene(['-(a|)'], ({ ground, watch, expectObservable, flush }) => {
      ground.connect();
      expectObservable(watch(), '^------!').toBe('-a');
      expectObservable(watch(), '---^------!').toBe('---a');
      flush();
      expect({ reads: ground.reads, armed: ground.armed, disarmed: ground.disarmed }).toEqual({
        reads: 1,
        armed: [PATH],
        disarmed: [PATH],
      });
    }));

  it('tries a read again that the server refused for reasons of its own', () =>
    scene(
      ['-#', '-(a|)'],
      ({ ground, watch, expectObservable }) => {
        ground.connect();
        expectObservable(watch()).toBe('- 1000ms -a');
      },
      [new ServerError('THROTTLED_OP', -127)]
    ));

  it('shows a value that is too large to take as unreadable, and the next one as ever', () => {
    const tooLarge = new ProtocolError('too large', { code: 'REPLY_TOO_LARGE' });
    scene(
      ['-(a|)', '-#', '-(b|)'],
      ({ ground, cells, play, expectObservable }) => {
        ground.connect();
        const seen$ = watchNode(cells, PATH, undefined).pipe(map(({ kind, error, zxid }) => [kind, error, zxid]));
        expectObservable(seen$).toBe('-a--u--b', {
          a: ['present', undefined, 1n],
          u: ['unreadable', tooLarge, 1n],
          b: ['present', undefined, 2n],
        });
        play('---e--e', { e: () => ground.event(changed) });
      },
      [undefined, tooLarge]
    );
  });

  it('says why it is stale: the loss of the link, or a refusal of the server', () => {
    const [lost, throttled] = [new ConnectionLostError('the cable'), new ServerError('THROTTLED_OP', -127)];
    scene(
      ['-(a|)', '-#', '-(b|)'],
      ({ ground, cells, play, expectObservable }) => {
        ground.connect();
        const seen$ = watchNode(cells, PATH, undefined).pipe(
          map((node) => `${node.stat!.mzxid}${node.stale ? ` ${node.cause.message}` : ''}`)
        );
        expectObservable(seen$).toBe('-a-l-a--t 1000ms b', {
          a: '1',
          l: '1 the cable',
          t: `1 ${throttled.message}`,
          b: '2',
        });
        play('---s-c-e', {
          s: () => ground.suspend(lost),
          c: () => ground.connect(),
          e: () => ground.event(changed),
        });
      },
      [undefined, throttled]
    );
  });

  it('ends as the session does', () => {
    const expired = new SessionError('EXPIRED', 'over');
    for (const [error, expected] of [
      [undefined, '-a-|'],
      [expired, '-a-#'],
    ] as const) {
      scene(['-(a|)'], ({ ground, watch, play, expectObservable }) => {
        ground.connect();
        expectObservable(watch()).toBe(expected, { a: 'a' }, expired);
        play('---e', { e: () => [...ground.session.listeners].forEach((listener) => listener.ended(error)) });
      });
    }
  });

  it('lets a subscriber go inside its first value, and the other one stay', () =>
    scene(['-(a|)', '-(b|)'], ({ ground, watch, play, expectObservable, flush }) => {
      ground.connect();
      expectObservable(watch(), '^--------!').toBe('-a---b');
      expectObservable(watch().pipe(take(1))).toBe('-(a|)');
      expectObservable(watch().pipe(take(1)), '---^').toBe('---(a|)');
      play('----e', { e: () => ground.event(changed) });
      flush();
      expect({ reads: ground.reads, disarmed: ground.disarmed }).toEqual({ reads: 2, disarmed: [PATH] });
    }));

  it('ends its watch when the last subscriber leaves inside a value, and begins anew for the next one', () =>
    scene(['-(a|)', '-(b|)'], ({ ground, watch, expectObservable, flush }) => {
      ground.connect();
      expectObservable(watch().pipe(take(1))).toBe('-(a|)');
      expectObservable(watch().pipe(take(1)), '---^').toBe('----(b|)');
      flush();
      expect({ armed: ground.armed, disarmed: ground.disarmed }).toEqual({
        armed: [PATH, PATH],
        disarmed: [PATH, PATH],
      });
    }));

  it('shows nothing more to a subscriber that another one has ended inside the same value', () =>
    scene(['-(a|)', '-(b|)'], ({ ground, cells, play, flush }) => {
      ground.connect();
      const seen: string[] = [];
      shown(cells).subscribe((letter) => {
        seen.push(`first ${letter}`);
        if (letter === 'b') second.unsubscribe();
      });
      const second = shown(cells).subscribe((letter) => seen.push(`second ${letter}`));
      play('---e', { e: () => ground.event(changed) });
      flush();
      expect(seen).toEqual(['first a', 'second a', 'first b']);
    }));

  it('does not read for who has left when the link comes back', () =>
    scene(
      ['-(a|)', '--#', '-(b|)'],
      ({ ground, cells, play, flush }) => {
        ground.connect();
        let values = 0;
        shown(cells).subscribe(() => (++values === 3 ? others.unsubscribe() : undefined));
        const others = watchNode(cells, '/other', undefined).subscribe();
        play('---s---c', { s: () => ground.suspend(), c: () => ground.connect() });
        flush();
        expect([values, ground.reads]).toEqual([3, 2]);
      },
      [undefined, new ConnectionLostError()]
    ));

  it('errors without a value when the session is closed before the first one', () =>
    scene(['----(a|)'], ({ ground, watch, play, expectObservable }) => {
      ground.connect();
      const code$ = watch().pipe(catchError((error: unknown) => of((error as SessionError).code)));
      expectObservable(code$).toBe('--(c|)', { c: 'CLOSED' });
      play('--e', { e: () => [...ground.session.listeners].forEach((listener) => listener.ended(undefined)) });
    }));

  it('does not read for who has left', () =>
    scene(['----(a|)'], ({ ground, watch, play, expectObservable, flush }) => {
      ground.connect();
      expectObservable(watch(), '--!').toBe('-----');
      play('-----e', { e: () => ground.event(changed) });
      flush();
      expect(ground.reads).toBe(1);
    }));
});
