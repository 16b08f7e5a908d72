import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, concatAll, from, lastValueFrom, map, of, throwError, toArray } from 'rxjs';
import { ProtocolError } from '../../lib/core/errors.js';
import { splitLines } from '../../lib/operators/index.js';
import { marbles } from '../helpers/marbles.js';

const bytesOf = (text: string) => Buffer.from(text);
const joined = map((lines: readonly string[]) => lines.join(','));

describe('splitLines', () => {
  it(
    'emits one batch per chunk, and none for a chunk that completes nothing',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const chunk$ = hot('-a-b-c-|', { a: bytesOf('one\ntwo\r\nth'), b: bytesOf('re'), c: bytesOf('e\n\n') });
      expectObservable(chunk$.pipe(splitLines(), joined)).toBe('-x---y-|', { x: 'one,two', y: 'three,' });
      expectSubscriptions(chunk$.subscriptions).toBe('^------!');
    })
  );

  it(
    'errors inside a line that is too long, before its end has come, and leaves the source',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const chunk$ = hot('a-b-c-|', { a: bytesOf('1234\r\n123'), b: bytesOf('4\r'), c: bytesOf('5') });
      const error = new ProtocolError('a line of more than 4 bytes');
      expectObservable(chunk$.pipe(splitLines(4), joined)).toBe('x---#', { x: '1234' }, error);
      expectSubscriptions(chunk$.subscriptions).toBe('          ^---!');
      expectObservable(of(bytesOf('12345\n')).pipe(splitLines(4))).toBe('#', {}, error);
    })
  );

  it(
    'errors when the source completes inside a line, and passes on errors and silence',
    marbles(({ cold, expectObservable }) => {
      const error = new ProtocolError('the stream ended inside a line');
      expectObservable(cold('a-|', { a: bytesOf('one\ntwo') }).pipe(splitLines(), joined)).toBe(
        'x-#',
        { x: 'one' },
        error
      );
      expectObservable(cold<Uint8Array>('-|').pipe(splitLines())).toBe('-|');
      expectObservable(throwError(() => 'error').pipe(splitLines())).toBe('#');
      expectObservable(NEVER.pipe(splitLines())).toBe('-');
    })
  );

  it('keeps a part of a line, though the memory of its chunk is used again', async () => {
    const memory = Buffer.from('one\nthr');
    const chunk$ = from([of(memory), of(bytesOf('ee\n')).pipe(map((next) => (memory.fill('x'), next)))]).pipe(
      concatAll()
    );
    expect(await lastValueFrom(chunk$.pipe(splitLines(), toArray()))).toEqual([['one'], ['three']]);
  });

  it('gives the same lines however the bytes are cut, in whole characters', async () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')));
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (texts, size) => {
        const bytes = bytesOf(texts.map((text) => `${text}\n`).join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size)
        );
        const batches = await lastValueFrom(from(chunks).pipe(splitLines(), toArray()));
        expect(batches.flat()).toEqual(texts);
      }),
      { numRuns: 50 }
    );
  });

  it('refuses a limit that is none', () => {
    let error: unknown;
    NEVER.pipe(splitLines(0)).subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toMatchObject({ code: 'USAGE', argument: 'limit' });
  });
});
