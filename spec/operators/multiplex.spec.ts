import { describe, expect, it } from '@jest/globals';
import {
  EMPTY,
  NEVER,
  type Observable,
  Subject,
  concat,
  concatMap,
  defer,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  retry,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { ConnectionLostError, ProtocolError, UsageError } from '../../lib/core/errors.js';
import type { Link } from '../../lib/core/link.js';
import { type Channel, type MultiplexOptions, multiplex, splitLines } from '../../lib/operators/index.js';
import { marbleLink } from '../helpers/marbleLink.js';
import { marbles } from '../helpers/marbles.js';

type Lines = Channel<string, string>;
type Options = Partial<MultiplexOptions<string, string>>;

const bytesOf = (text: string) => Buffer.from(text);
const LINES: MultiplexOptions<string, string> = { decode: splitLines(), encode: (request) => bytesOf(`${request}\n`) };
const NUMBERED: Options = {
  encode: (request, id) => bytesOf(`${id}:${request}\n`),
  idOf: (line) => Number(line.split(':')[0]),
};

/** What `work` makes of the channel over this link. */
const over = <T>(link: Link, work: (channel: Lines) => Observable<T>, options: Options = {}): Observable<T> =>
  concat(of(link), NEVER).pipe(multiplex({ ...LINES, ...options }), switchMap(work));

/** Asks at these times. The replies begin with their request. */
const asks =
  (...requests: readonly (readonly [at: number, request: string])[]) =>
  ({ request }: Lines) =>
    merge(...requests.map(([at, name]) => timer(at).pipe(mergeMap(() => request(name).pipe(map((r) => name + r))))));

const asksAtOnce =
  (...requests: readonly string[]) =>
  ({ request }: Lines) =>
    merge(...requests.map((name) => request(name)));

/** A request whose end is of no interest. */
const asked = ({ request }: Lines): Observable<string> => {
  request('a').subscribe({ error: () => {} });
  return NEVER;
};

/** The error in which it ends. */
const errorOf = (reply$: Observable<string>) =>
  new Promise<{ readonly code: string; readonly effect: string; readonly message: string }>((resolve) => {
    reply$.subscribe({ error: resolve });
  });

describe('multiplex', () => {
  it(
    'matches replies by their order, and writes once a turn',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x-y---z', { x: '1\n', y: '2\n3', z: '\n' });
      helpers.expectObservable(over(link, asks([1, 'a'], [1, 'b'], [3, 'c']))).toBe('--x-y---z', {
        x: 'a1',
        y: 'b2',
        z: 'c3',
      });
      helpers.expectObservable(link.write$).toBe('                       -w-c', { w: 'a b', c: 'c' });
      helpers.expectSubscriptions(link.chunk$.subscriptions).toBe('          ^');
    })
  );

  it(
    'matches replies by their id, in any order',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x---y', { x: '3:z\n1:x\n', y: '2:y\n' });
      helpers.expectObservable(over(link, asks([1, 'a'], [1, 'b'], [1, 'c']), NUMBERED)).toBe('--(zx)y', {
        x: 'a1:x',
        y: 'b2:y',
        z: 'c3:z',
      });
      helpers.expectObservable(link.write$).toBe('-w', { w: '1:a 2:b 3:c' });
    })
  );

  it(
    'completes a request with its reply, or with the last of several',
    marbles((helpers) => {
      const link = marbleLink(helpers, '-x-y----z', { x: '1\n', y: '2\n.\n' });
      const isLast = (line: string, request: string) => request !== 'l' || line === '.';
      const work = ({ request }: Lines) => concat(request('l'), request('a'));
      helpers.expectObservable(over(link, work, { isLast })).toBe('-1-(2.)-z');
      helpers.expectObservable(link.write$).toBe('                 l--a');
    })
  );

  it(
    'sends a request anew for each subscription, and not before',
    marbles((helpers) => {
      const link = marbleLink(helpers, '---x-y');
      const work = ({ request }: Lines) => {
        const a$ = request('a');
        return concat(timer(2).pipe(ignoreElements()), a$, a$);
      };
      helpers.expectObservable(over(link, work)).toBe('--- x-y');
      helpers.expectObservable(link.write$).toBe('     --aa');
    })
  );

  it(
    'gives events in their place among the replies, to those who listen then',
    marbles((helpers) => {
      const link = marbleLink(helpers, '-v-w-----x', { v: '!0\n', w: '!1\n1\n!2\n', x: '2\n' });
      const isEvent = (line: string) => line.startsWith('!');
      const work = (channel: Lines) =>
        merge(timer(2).pipe(switchMap(() => channel.event$)), asks([0, 'a'], [0, 'b'])(channel));
      helpers.expectObservable(over(link, work, { isEvent })).toBe('---(vaw)-x', {
        v: '!1',
        a: 'a1',
        w: '!2',
        x: 'b2',
      });
    })
  );

  it(
    'sends bytes that have no reply before the requests that wait',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x');
      const work = (channel: Lines) => {
        const subscription = channel.request('a').subscribe();
        channel.send(bytesOf('hello\n'));
        return new Promise<never>(() => subscription);
      };
      helpers.expectObservable(concat(of(link), NEVER).pipe(multiplex(LINES), switchMap(work))).toBe('-');
      helpers.expectObservable(link.write$).toBe('w', { w: 'hello a' });
    })
  );

  it(
    'never sends a request that is unsubscribed before it leaves',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x');
      const work = (channel: Lines) => {
        channel.request('never').subscribe().unsubscribe();
        return asks([0, 'a'])(channel);
      };
      helpers.expectObservable(over(link, work)).toBe('--x', { x: 'ax' });
      helpers.expectObservable(link.write$).toBe('     a');
    })
  );

  it(
    'drops the reply of a request that is unsubscribed later, and gives the next one to the next',
    marbles((helpers) => {
      const link = marbleLink(helpers, '-----x-y');
      const work = (channel: Lines) =>
        merge(channel.request('left').pipe(takeUntil(timer(2))), asks([1, 'a'])(channel));
      helpers.expectObservable(over(link, work)).toBe('-------y', { y: 'ay' });
    })
  );

  it(
    'does not give an id to another request until its last reply has come',
    marbles((helpers) => {
      const link = marbleLink(helpers, '-----x--y', { x: '1:late\n', y: '1:c\n2:b\n' });
      const work = (channel: Lines) =>
        merge(channel.request('left').pipe(takeUntil(timer(2))), asks([1, 'b'], [3, 'c'])(channel));
      helpers.expectObservable(over(link, work, { ...NUMBERED, ids: [1, 2] })).toBe('--------(cb)', {
        b: 'b2:b',
        c: 'c1:c',
      });
      helpers.expectObservable(link.write$).toBe('ab---c', { a: '1:left', b: '2:b', c: '1:c' });
    })
  );

  it(
    'passes over the ids that are in use when it begins again with the first one',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x-y-z', { x: '2:\n', y: '3:\n', z: '2:\n' });
      const work = asks([0, 'a'], [1, 'b'], [3, 'c'], [5, 'd']);
      helpers.expectObservable(over(link, work, { ...NUMBERED, ids: [1, 3] })).toBe('--b-c-d', {
        b: 'b2:',
        c: 'c3:',
        d: 'd2:',
      });
      helpers.expectObservable(link.write$).toBe('ab-c-d', { a: '1:a', b: '2:b', c: '3:c', d: '2:d' });
    })
  );

  it(
    'keeps requests back while as many are under way as may be',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x-y---z', { x: '1\n', y: '2\n3\n', z: '4\n' });
      helpers
        .expectObservable(over(link, asks([0, 'a'], [0, 'b'], [0, 'c'], [0, 'd']), { maxInFlight: 2 }))
        .toBe('--x-(yz)d', { x: 'a1', y: 'b2', z: 'c3', d: 'd4' });
      helpers.expectObservable(link.write$).toBe('w-c-d', { w: 'a b', c: 'c', d: 'd' });
    })
  );

  it(
    'keeps requests back while the kernel is behind',
    marbles((helpers) => {
      const link = marbleLink(helpers, '-----x---y');
      link.accepts = false;
      const drained$ = timer(3).pipe(
        tap(() => {
          link.accepts = true;
          link.drain$.next();
        }),
        ignoreElements()
      );
      helpers
        .expectObservable(over(link, (channel) => merge(asks([0, 'a'], [1, 'b'])(channel), drained$)))
        .toBe('-----x---y', { x: 'ax', y: 'by' });
      helpers.expectObservable(link.write$).toBe('a--b');
    })
  );

  it('encodes no more than the kernel takes', async () => {
    const encoded: string[] = [];
    const encode = (request: string) => (encoded.push(request), Buffer.alloc(100 * 1024));
    const link: Link = { chunk$: NEVER, drain$: NEVER, write: () => false, soon: queueMicrotask };
    over(link, asksAtOnce('a', 'b', 'c'), { encode }).subscribe();
    await Promise.resolve();
    expect(encoded).toEqual(['a', 'b']);
  });

  it(
    'sends what a reply causes in the turn of the reply',
    marbles((helpers) => {
      const link = marbleLink(helpers, '--x--y', { x: '1\n2\n' });
      const work = ({ request, event$ }: Lines) =>
        merge(request('a').pipe(mergeMap(() => request('c'))), request('b'), event$);
      helpers.expectObservable(over(link, work)).toBe('--2--y');
      helpers.expectObservable(link.write$).toBe('     w-c', { w: 'a b', c: 'c' });
    })
  );
});

describe('the end of a link', () => {
  const lost = (message: string) => new ConnectionLostError(message, 'unknown');

  it(
    'is an error, also when the peer ends it, and the channel before it is of no use any more',
    marbles((helpers) => {
      const ends = (diagram: string, error: unknown, values = {}) =>
        helpers
          .expectObservable(over(marbleLink(helpers, diagram, values), ({ event$ }) => event$, NUMBERED))
          .toBe(diagram.replace('|', '#'), {}, error);
      ends('---|', lost('the peer closed the connection'));
      ends('---#', lost('connection lost: reset'));
      helpers
        .expectObservable(over(marbleLink(helpers, '--x|', { x: '7:\n' }), () => NEVER, NUMBERED))
        .toBe('--#', {}, new ProtocolError('a reply to 7, and no request under way has this id'));
      helpers
        .expectObservable(over(marbleLink(helpers, '--x|', { x: 'what\n' }), () => NEVER, NUMBERED))
        .toBe('--#', {}, new ProtocolError('a reply to NaN, and no request under way has this id'));
      helpers
        .expectObservable(over(marbleLink(helpers, '--x|'), () => NEVER))
        .toBe('--#', {}, new ProtocolError('a reply, and no request is under way'));
      helpers
        .expectObservable(over(marbleLink(helpers, '--x|', { x: 'half' }), () => NEVER))
        .toBe('---#', {}, new ProtocolError('the stream ended inside a line'));
    })
  );

  it(
    'fails its requests, and says of each what it may have done',
    marbles((helpers) => {
      const link = marbleLink(helpers, '---#');
      const describe = (request: string) => ({ operation: request, path: '/x', readOnly: request === 'get' });
      const errors: unknown[] = [];
      const failed = (reply$: Observable<string>) =>
        reply$.subscribe({ error: (error: unknown) => errors.push(error) });
      const work = ({ request }: Lines) => {
        for (const name of ['set', 'get', 'waits']) failed(request(name));
        return NEVER;
      };
      helpers
        .expectObservable(over(link, work, { describe, maxInFlight: 2 }))
        .toBe('---#', {}, lost('connection lost: reset'));
      helpers.flush();
      expect(errors).toMatchObject([
        { code: 'CONNECTION_LOST', operation: 'set', path: '/x', effect: 'unknown' },
        { code: 'CONNECTION_LOST', operation: 'get', path: '/x', effect: 'none' },
        { code: 'CONNECTION_LOST', operation: 'waits', path: '/x', effect: 'none' },
      ]);
    })
  );

  it(
    'leaves a new channel to `retry`, and nothing of the old one',
    marbles((helpers) => {
      const links = [marbleLink(helpers, '--x|', { x: '1:x\n' }), marbleLink(helpers, '-------y', { y: '1:y\n' })];
      const channel$ = new Array(links.length).fill(0).map((_, i) => concat(of(links[i]!), NEVER));
      const link$ = timer(0).pipe(concatMap(() => channel$.shift()!));
      const work = ({ request }: Lines) => request('a');
      helpers
        .expectObservable(link$.pipe(multiplex({ ...LINES, ...NUMBERED }), switchMap(work), retry({ delay: 1 })))
        .toBe('--x----y', { x: '1:x', y: '1:y' });
      helpers.expectSubscriptions(links[0]!.chunk$.subscriptions).toBe('^--!');
    })
  );

  it(
    'comes with the next link',
    marbles((helpers) => {
      const [first, second] = [marbleLink(helpers, '-----x'), marbleLink(helpers, '-----y')];
      const link$ = merge(of(first), timer(2).pipe(map(() => second)), NEVER);
      const work = ({ request }: Lines) => request('a').pipe(map((reply) => `a${reply}`));
      helpers
        .expectObservable(link$.pipe(multiplex(LINES), mergeMap(work, 1)))
        .toBe('--#', {}, lost('the link was given up'));
      helpers.expectSubscriptions(first.chunk$.subscriptions).toBe('^-!');
    })
  );

  it('leaves the rest of a chunk alone when it is left inside `next`', async () => {
    const chunk$ = new Subject<Uint8Array>();
    const link: Link = { chunk$, drain$: NEVER, write: () => true, soon: queueMicrotask };
    const replies: string[] = [];
    let second: Promise<unknown> | undefined;
    const work = (channel: Lines) => {
      const first$ = channel.request('a').pipe(tap((reply) => replies.push(reply)));
      return merge(
        first$,
        defer(() => {
          second = errorOf(channel.request('b').pipe(tap((reply) => replies.push(reply))));
          return EMPTY;
        })
      );
    };
    over(link, work).pipe(take(1)).subscribe();
    await Promise.resolve();
    chunk$.next(bytesOf('1\n2\n'));
    expect(replies).toEqual(['1']);
    expect(await second).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(chunk$.observed).toBe(false);
  });

  it('fails the requests of others when it is left', async () => {
    let channel: Lines | undefined;
    const link: Link = { chunk$: NEVER, drain$: NEVER, write: () => true, soon: queueMicrotask };
    const subscription = concat(of(link), NEVER)
      .pipe(multiplex(LINES))
      .subscribe((each) => (channel = each));
    const error = errorOf(channel!.request('a'));
    let isComplete = false;
    channel!.event$.subscribe({ complete: () => (isComplete = true) });
    await Promise.resolve();
    subscription.unsubscribe();
    expect(await error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown', message: 'the link was given up' });
    expect(isComplete).toBe(true);
    let sync = true;
    const late = errorOf(channel!.request('b').pipe(tap({ error: () => expect(sync).toBe(false) })));
    sync = false;
    channel!.send(bytesOf('nothing happens'));
    expect(await late).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
  });
});

describe('mistakes', () => {
  const silent: Link = { chunk$: NEVER, drain$: NEVER, write: () => true, soon: queueMicrotask };

  it('of `encode` fail its request alone, and give its id to the next one', async () => {
    const written: string[] = [];
    const link = { ...silent, write: (bytes: Uint8Array) => (written.push(Buffer.from(bytes).toString()), true) };
    const encode = (request: string, id: number) => {
      if (request === 'throws') throw new TypeError('no');
      return request === 'text' ? (request as never) : bytesOf(`${id}${request}`);
    };
    const errors: unknown[] = [];
    over(
      link,
      ({ request }) => {
        for (const name of ['throws', 'text', 'a']) request(name).subscribe({ error: (error) => errors.push(error) });
        return NEVER;
      },
      { ...NUMBERED, encode }
    ).subscribe();
    await Promise.resolve();
    expect(errors).toMatchObject([
      { code: 'USAGE', argument: 'request', cause: new TypeError('no') },
      { code: 'USAGE', argument: 'options.encode' },
    ]);
    expect(written).toEqual(['1a']);
  });

  it('of the other functions end the link', async () => {
    const thrown = new RangeError('no');
    const fail = () => {
      throw thrown;
    };
    const link: Link = { ...silent, chunk$: timer(0).pipe(map(() => bytesOf('x\n'))) };
    for (const options of [{ idOf: fail }, { isEvent: fail }, { isLast: fail }, { decode: () => throwError(fail) }])
      expect(await errorOf(over(link, asked, options))).toMatchObject({
        code: 'PROTOCOL',
        cause: thrown,
      });
    expect(await errorOf(over(silent, ({ request }) => request('a'), { describe: fail }))).toBe(thrown);
  });

  it.each<[string, unknown]>([
    ['options', null],
    ['options.decode', { decode: 1 }],
    ['options.encode', { encode: undefined }],
    ['options.idOf', { idOf: 'id' }],
    ['options.isEvent', { isEvent: true }],
    ['options.isLast', { isLast: {} }],
    ['options.describe', { describe: 'get' }],
    ['options.ids', { ids: 5 }],
    ['options.ids[0]', { ids: ['a', 2] }],
    ['options.ids[1]', { ids: [2, 1] }],
    ['options.maxInFlight', { maxInFlight: 0 }],
    ['options.maxQueued', { maxQueued: 0.5 }],
    ['options.maxInflight', { maxInflight: 5 }],
  ])('in %s are an error of the subscription', async (argument, options) => {
    const all = options === null ? (null as never) : { ...LINES, ...(options as object) };
    expect(await errorOf(of(silent).pipe(multiplex(all), ignoreElements()))).toMatchObject({ code: 'USAGE', argument });
  });

  it('of a link name it', async () => {
    const broken = { ...silent, write: fails };
    expect(await errorOf(over(broken, asked))).toMatchObject({ argument: 'link$' });
    expect(await errorOf(over({} as Link, () => NEVER))).toMatchObject({ argument: 'link$' });
    function fails(): never {
      throw new Error('no');
    }
  });

  it('in bytes to send are thrown', () => {
    let error: unknown;
    over(silent, (channel) => {
      try {
        channel.send('text' as never);
      } catch (thrown) {
        error = thrown;
      }
      return EMPTY;
    }).subscribe();
    expect(error).toEqual(new UsageError('message', 'must be a Uint8Array, not a string'));
  });

  it('are not many requests, until as many wait as may', async () => {
    const options = { maxQueued: 2, maxInFlight: 1 };
    const third = new Promise((resolve) => {
      over(
        silent,
        ({ request }) => {
          for (const name of ['a', 'b']) request(name).subscribe({ error: resolve });
          request('c').subscribe({ error: resolve });
          return NEVER;
        },
        options
      ).subscribe();
    });
    expect(await third).toMatchObject({ code: 'QUEUE_FULL', effect: 'none' });
  });
});
