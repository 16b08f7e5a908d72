import { describe, expect, it } from '@jest/globals';
import {
  EMPTY,
  NEVER,
  type Observable,
  concat,
  concatMap,
  defer,
  ignoreElements,
  retry,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { CallOptions } from '../../lib/client/callOptions.js';
import type { ClientStats } from '../../lib/client/clientStats.js';
import type { FilteredRequest, RequestFilter } from '../../lib/client/requestFilter.js';
import { type CommonOptions, OPERATIONS, clientGrounds } from '../helpers/clientGrounds.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** The outcome of a request, as far as it has got. */
interface Ended {
  value?: unknown;
  error?: unknown;
  isComplete?: boolean;
}
const endOf = (reply$: Observable<unknown>): Ended => {
  const end: Ended = {};
  reply$.subscribe({
    next: (value) => (end.value = value),
    error: (error: unknown) => (end.error = error),
    complete: () => (end.isComplete = true),
  });
  return end;
};
const count = ({ requests }: ClientStats, operation: string, outcome = 'ok') =>
  requests.find((it) => it.operation === operation && it.outcome === outcome)?.latency.count ?? 0;

describe.each(Object.entries(clientGrounds))('a filter of a client of %s', (store, begin) => {
  const operation = OPERATIONS[store]!;
  const connected = (options?: CommonOptions) => {
    const time = new VirtualTime();
    const ground = begin(time, options);
    ground.good$.subscribe();
    time.advance(100);
    return { time, ...ground, had: count(ground.client.stats(), operation) };
  };

  it('sees each request, and its reply', () => {
    const seen: FilteredRequest[] = [];
    const replies: unknown[] = [];
    const { time, good$, refused$, through } = connected({
      use: [(request, next) => (seen.push(request), next().pipe(tap((reply) => replies.push(reply))))],
    });
    seen.length = replies.length = 0;
    const ends = [good$, refused$, through().write$].map(endOf);
    time.advance(100);
    expect(seen).toMatchObject([
      { store, operation, readOnly: true },
      { store, readOnly: true },
      { store, readOnly: false },
    ]);
    expect(seen.every(({ args, options }) => args !== undefined && typeof options === 'object')).toBe(true);
    expect(seen.map(({ path }) => path?.replace('/', ''))).toEqual(
      { zookeeper: ['', 'none', ''], arakoon: ['k', 'none', 'k'], etcd: ['k', undefined, 'k'] }[store] ?? [
        'k',
        'none',
        'k',
      ]
    );
    expect(ends).toMatchObject([{ isComplete: true }, { error: { layer: 'server' } }, { isComplete: true }]);
    expect(replies).toHaveLength(2);
  });

  it('fails its request alone when it throws, or errors', () => {
    const thrown = new RangeError('no');
    const fails: RequestFilter = () => {
      throw thrown;
    };
    const { time, client, good$, through, had } = connected();
    const ends = [through(fails).good$, through(() => throwError(() => thrown)).write$, good$].map(endOf);
    time.advance(100);
    expect(ends).toEqual([{ error: thrown }, { error: thrown }, expect.objectContaining({ isComplete: true })]);
    expect(count(client.stats(), operation)).toBe(had + 1);
  });

  it('must give a reply, and only the first one counts', () => {
    const { time, through } = connected();
    const swallow: RequestFilter = (_, next) => next().pipe(ignoreElements());
    const twice: RequestFilter = (_, next) => concat(next(), next());
    const ends = [
      endOf(through(() => EMPTY).write$),
      endOf(through(swallow).write$),
      endOf(through(swallow).good$),
      endOf(through(() => undefined as never).good$),
    ];
    let replies = 0;
    through(twice).good$.subscribe(() => replies++);
    time.advance(100);
    expect(ends).toMatchObject(
      ['none', 'unknown', 'none', 'none'].map((effect) => ({ error: { code: 'USAGE', argument: 'filter', effect } }))
    );
    expect(ends[0]!.error).toMatchObject({
      message: expect.stringMatching(/^filter: completed without a reply, around \w+/) as unknown,
    });
    expect(replies).toBe(1);
  });

  it('may send the request again', () => {
    const { time, client, through, had } = connected();
    let attempts = 0;
    const again: RequestFilter = (_, next) =>
      defer(() => (++attempts < 3 ? next().pipe(concatMap(() => throwError(() => new Error('again')))) : next())).pipe(
        retry(5)
      );
    const end = endOf(through(again).good$);
    time.advance(100);
    expect(end).toMatchObject({ isComplete: true });
    expect(attempts).toBe(3);
    expect(count(client.stats(), operation)).toBe(had + 3);
  });

  it('is left with its request, which is left too', () => {
    const { time, client, through, had } = connected();
    let left = 0;
    const noting: RequestFilter = (_, next) => next().pipe(tap({ unsubscribe: () => left++ }));
    const subscription = through(noting).good$.subscribe();
    time.advance(1);
    subscription.unsubscribe();
    time.advance(100);
    expect(left).toBe(1);
    expect(count(client.stats(), operation)).toBe(had);
    expect(count(client.stats(), operation, 'unsubscribed')).toBe(1);
  });

  it('is around those that were there before, and leaves other views alone', () => {
    const order: string[] = [];
    const named =
      (name: string): RequestFilter =>
      (_, next) =>
        defer(() => (order.push(name), next()));
    const { time, good$, through } = connected({ use: [named('first'), named('second')] });
    const { good$: viewed$ } = through(named('older'), named('newer'));
    order.length = 0;
    endOf(viewed$);
    time.advance(100);
    expect(order).toEqual(['newer', 'older', 'first', 'second']);
    order.length = 0;
    endOf(good$);
    time.advance(100);
    expect(order).toEqual(['first', 'second']);
  });

  it('runs for each subscription, and may change the timeout and the signal', () => {
    const { time, through } = connected();
    const timeouts: unknown[] = [];
    const see: RequestFilter = ({ options }, next) => (timeouts.push(options.timeout), next());
    const impatient: RequestFilter = (_, next) => next({ timeout: 1 });
    const aborted: RequestFilter = (_, next) => next({ signal: AbortSignal.abort() });
    const { good$ } = through(see, impatient);
    const ends = [good$, good$, through(aborted).good$].map(endOf);
    time.advance(100);
    expect(timeouts).toEqual([1, 1]);
    expect(ends).toMatchObject(['TIMEOUT', 'TIMEOUT', 'ABORTED'].map((code) => ({ error: { code } })));
    for (const [changes, argument] of [
      [{ timeout: -1 }, 'options.timeout'],
      [{ path: '/other' }, 'options.path'],
    ] as const)
      expect(endOf(through((_, next) => next(changes as CallOptions)).good$)).toMatchObject({
        error: { code: 'USAGE', argument },
      });
  });

  it('may wait before it sends, and answer late', () => {
    const { time, client, through, had } = connected();
    const late: RequestFilter = (_, next) => timer(50, time).pipe(concatMap(() => next()));
    const end = endOf(through(late).good$);
    time.advance(40);
    expect(count(client.stats(), operation)).toBe(had);
    time.advance(60);
    expect(end).toMatchObject({ isComplete: true });
  });

  it('is refused if it is none', () => {
    const { through } = connected();
    expect(() => through('filter' as never)).toThrow(expect.objectContaining({ code: 'USAGE', argument: 'filter' }));
    const argumentOf = (use: unknown) => {
      try {
        begin(new VirtualTime(), { use: use as never });
        return undefined;
      } catch (error) {
        return (error as { argument: string }).argument;
      }
    };
    expect([argumentOf('filter'), argumentOf([() => NEVER, 5])]).toEqual(['options.use', 'options.use[1]']);
  });
});
