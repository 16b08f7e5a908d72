import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, Subject, concat, of, range, throwError } from 'rxjs';
import { UsageError } from '../../lib/core/errors.js';
import { type AsyncIterableOptions, OverflowError, toAsyncIterable } from '../../lib/operators/toAsyncIterable.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** A loop over `source`, and what it returns; it has asked for its first value, and so is subscribed. */
function loop<T>(source: Observable<T>, options?: AsyncIterableOptions) {
  const iterator = toAsyncIterable(source, options)[Symbol.asyncIterator]();
  return { iterator, first: iterator.next() };
}

const done = { done: true, value: undefined };
const turn = () => new Promise(setImmediate);

describe('toAsyncIterable', () => {
  it('gives every value in order, and ends with the source', async () => {
    expect(await collect(toAsyncIterable(of(1, 2, undefined, 3)))).toEqual([1, 2, undefined, 3]);
    expect(await collect(toAsyncIterable(EMPTY))).toEqual([]);
  });

  it('waits for values that are still to come', async () => {
    const source = new Subject<string>();
    const all = collect(toAsyncIterable(source));
    source.next('a');
    await turn();
    source.next('b');
    source.complete();
    expect(await all).toEqual(['a', 'b']);
  });

  it('throws the error of the source, after the values that came before it', async () => {
    const seen: number[] = [];
    const failing = concat(
      of(1, 2),
      throwError(() => 'error')
    );
    await expect(
      (async () => {
        for await (const value of toAsyncIterable(failing)) seen.push(value);
      })()
    ).rejects.toBe('error');
    expect(seen).toEqual([1, 2]);
  });

  it('throws once, and has ended then', async () => {
    const { iterator, first } = loop(throwError(() => 'error'));
    await expect(first).rejects.toBe('error');
    expect(await iterator.next()).toEqual(done);
  });

  it('subscribes when the first value is asked for, and once for each loop', async () => {
    let subscriptions = 0;
    const values = toAsyncIterable(
      new Observable<number>((subscriber) => {
        subscriber.next(++subscriptions);
        subscriber.complete();
      })
    );
    const iterator = values[Symbol.asyncIterator]();
    expect(subscriptions).toBe(0);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    expect(await collect(values)).toEqual([2]);
  });

  it('unsubscribes when the loop is left, by break, by return and by throw', async () => {
    const left: string[] = [];
    const endless = (name: string) =>
      toAsyncIterable(concat(of(1), new Observable<never>(() => () => left.push(name))));
    for await (const _ of endless('break')) break;
    await (async () => {
      for await (const _ of endless('return')) return;
    })();
    await (async () => {
      for await (const _ of endless('throw')) throw new Error('mine');
    })().catch(() => {});
    expect(left).toEqual(['break', 'return', 'throw']);
  });

  it('unsubscribes at once when it is left while a value is awaited', async () => {
    const source = new Subject<number>();
    const { iterator, first } = loop(source);
    expect(source.observed).toBe(true);
    expect(await iterator.return!()).toEqual(done);
    expect(source.observed).toBe(false);
    expect(await first).toEqual(done);
    expect(await iterator.next()).toEqual(done);
  });

  it('drops what waits, even an error, when it is left', async () => {
    const { iterator, first } = loop(
      concat(
        of(1, 2, 3),
        throwError(() => 'error')
      )
    );
    await first;
    await iterator.return!();
    expect(await iterator.next()).toEqual(done);
  });

  it('never subscribes when it is left before it began', async () => {
    let subscribed = false;
    const iterator = toAsyncIterable(new Observable(() => void (subscribed = true)))[Symbol.asyncIterator]();
    await iterator.return!();
    expect(await iterator.next()).toEqual(done);
    expect(subscribed).toBe(false);
  });

  it('stops a source that emits without end when it is left from within', async () => {
    let emitted = 0;
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed) {
        subscriber.next(++emitted);
        if (emitted === 5) void iterator.return!();
      }
    });
    const iterator = toAsyncIterable(endless)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    expect(emitted).toBe(6);
  });

  it('unsubscribes from a source that goes on, when it is left while subscribing', async () => {
    let left = false;
    const source = new Observable<number>(() => {
      void iterator.return!();
      return () => void (left = true);
    });
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual(done);
    expect(left).toBe(true);
  });

  it('answers several questions at a time, in their order', async () => {
    const source = new Subject<string>();
    const { iterator, first } = loop(source);
    const answers = Promise.all([first, iterator.next(), iterator.next(), iterator.next()]);
    source.next('a');
    source.next('b');
    source.error('error');
    await expect(answers).rejects.toBe('error');
    expect(await first).toEqual({ done: false, value: 'a' });
    expect(await iterator.next()).toEqual(done);
  });

  it('gives what waits and then an error when the buffer is full, and unsubscribes at once', async () => {
    const source = new Subject<number>();
    const { iterator, first } = loop(source, { buffer: 2 });
    for (const n of [1, 2, 3]) source.next(n); // 1 goes to who waits for it
    expect(source.observed).toBe(true);
    source.next(4);
    expect(source.observed).toBe(false);
    expect([await first, await iterator.next(), await iterator.next()].map(({ value }) => value)).toEqual([1, 2, 3]);
    await expect(iterator.next()).rejects.toThrow(OverflowError);
    expect(await iterator.next()).toEqual(done);
  });

  it('says in its error how many were waiting', async () => {
    const all = collect(toAsyncIterable(range(1, 10), { buffer: 3 }));
    await expect(all).rejects.toMatchObject({
      code: 'OVERFLOW',
      layer: 'usage',
      effect: 'none',
      message: expect.stringContaining('more than 3 values'),
    });
  });

  it('keeps the newest values when it may drop the oldest', async () => {
    expect(await collect(toAsyncIterable(range(1, 100), { buffer: 3, overflow: 'drop-oldest' }))).toEqual([
      1, 98, 99, 100,
    ]);
  });

  it('keeps only the newest value when it is the latest that counts', async () => {
    expect(await collect(toAsyncIterable(range(1, 100), { overflow: 'latest' }))).toEqual([1, 100]);
    expect(await collect(toAsyncIterable(range(1, 100), { overflow: 'latest', buffer: 50 }))).toEqual([1, 100]);
  });

  it('holds 256 values unless told otherwise', async () => {
    expect(await collect(toAsyncIterable(range(1, 257)))).toHaveLength(257);
    await expect(collect(toAsyncIterable(range(1, 258)))).rejects.toThrow('more than 256');
    expect(await collect(toAsyncIterable(range(1, 5000), { buffer: 5000 }))).toHaveLength(5000);
  });

  it.each<[object, string]>([
    [{ buffer: 0 }, 'options.buffer'],
    [{ buffer: Infinity }, 'options.buffer'],
    [{ overflow: 'drop' }, 'options.overflow'],
    [{ bufferSize: 5 }, 'options.bufferSize'],
  ])('throws %j back at the loop', async (options, argument) => {
    const all = collect(toAsyncIterable(NEVER, options));
    await expect(all).rejects.toBeInstanceOf(UsageError);
    await expect(all).rejects.toMatchObject({ argument });
  });

  it('lets the loop ask again from within the source', async () => {
    const asked: Array<Promise<IteratorResult<number, undefined>>> = [];
    const source = new Observable<number>((subscriber) => {
      asked.push(iterator.next());
      subscriber.next(1);
      subscriber.next(2);
      subscriber.complete();
    });
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    expect([await iterator.next(), await asked[0], await iterator.next()]).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      done,
    ]);
  });

  it('is told of an error that comes while the loop is busy with its last value', async () => {
    const source = new Subject<string>();
    const { iterator, first } = loop(source, { overflow: 'latest' });
    source.next('a');
    source.next('b');
    source.error('error');
    expect([await first, await iterator.next()].map(({ value }) => value)).toEqual(['a', 'b']);
    await expect(iterator.next()).rejects.toBe('error');
  });
});
