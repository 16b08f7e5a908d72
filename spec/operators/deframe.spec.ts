import { describe, expect, it } from '@jest/globals';
import { NEVER, map, of, take } from 'rxjs';
import { ProtocolError } from '../../lib/core/errors.js';
import { deframe } from '../../lib/operators/deframe.js';
import { marbles } from '../helpers/marbles.js';

const frame = (text: string) => {
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeInt32BE(text.length, 0);
  bytes.write(text, 4);
  return bytes;
};
const texts = map((frames: readonly Uint8Array[]) => frames.map((bytes) => Buffer.from(bytes).toString()).join());

describe('deframe', () => {
  it(
    'emits one batch per chunk, and none for a chunk that completes nothing',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const bytes = Buffer.concat([frame('one'), frame('two'), frame('three')]);
      const chunk$ = hot('   -a-b-c-|', { a: bytes.subarray(0, 16), b: bytes.subarray(16, 18), c: bytes.subarray(18) });
      expectObservable(chunk$.pipe(deframe(), texts)).toBe('-x---y-|', { x: 'one,two', y: 'three' });
      expectSubscriptions(chunk$.subscriptions).toBe('^------!');
    })
  );

  it.each([2, 4, 6])('errors when the source completes %i bytes into a frame', (cut) =>
    marbles(({ hot, expectObservable }) => {
      const chunk$ = hot('-a-|', { a: frame('two').subarray(0, cut) });
      expectObservable(chunk$.pipe(deframe(), texts)).toBe(
        '---#',
        {},
        new ProtocolError('the stream ended inside a frame')
      );
    })()
  );

  it(
    'errors on an oversized frame, and leaves the source',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const chunk$ = hot('-a-b-|', { a: frame('far too long for it, and by far'), b: frame('b') });
      expectObservable(chunk$.pipe(deframe(8), texts)).toBe(
        '-#',
        {},
        new ProtocolError('a frame of 31 bytes; at most 8 are accepted')
      );
      expectSubscriptions(chunk$.subscriptions).toBe('^!');
    })
  );

  it(
    'keeps no state between subscriptions, and passes on errors and silence',
    marbles(({ cold, expectObservable }) => {
      const twice$ = cold('-a-b', { a: frame('one').subarray(0, 5), b: frame('one').subarray(5) }).pipe(
        deframe(),
        texts,
        take(1)
      );
      expectObservable(twice$).toBe('---(x|)', { x: 'one' });
      expectObservable(twice$, '-----^').toBe('--------(x|)', { x: 'one' });
      expectObservable(cold<Uint8Array>('-').pipe(deframe())).toBe('-');
      expectObservable(cold<Uint8Array>('-#').pipe(deframe())).toBe('-#');
    })
  );

  it('refuses a limit that is none', () => {
    expect(() => deframe(0)).not.toThrow();
    let error: unknown;
    NEVER.pipe(deframe(0)).subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toMatchObject({ code: 'USAGE', argument: 'limit' });
  });

  it(
    'takes a frame without bytes for a frame, and a chunk without bytes for nothing',
    marbles(({ hot, expectObservable }) => {
      const chunk$ = hot('-e-f-|', { e: new Uint8Array(0), f: Buffer.concat([frame(''), frame('')]) });
      expectObservable(
        chunk$.pipe(
          deframe(),
          map((frames) => frames.map(({ length }) => length))
        )
      ).toBe('---x-|', { x: [0, 0] });
    })
  );

  it(
    'reads a view for what it shows, not for the memory behind it',
    marbles(({ hot, expectObservable }) => {
      const memory = Buffer.concat([frame('x'), frame('one'), frame('y')]);
      expectObservable(
        hot('a|', { a: new Uint8Array(memory.buffer, memory.byteOffset + 5, 7) }).pipe(deframe(), texts)
      ).toBe('x|', { x: 'one' });
    })
  );

  it(
    'passes on what came before an error, and ends with an empty source',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-#', { a: frame('one') }).pipe(deframe(), texts)).toBe('            x-#', { x: 'one' });
      expectObservable(cold('a#', { a: frame('one').subarray(0, 5) }).pipe(deframe(), texts)).toBe('-#');
      expectObservable(cold<Uint8Array>('--|').pipe(deframe())).toBe('--|');
    })
  );

  it(
    'leaves the source when it is left',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const chunk$ = hot('-a-a-', { a: frame('one') });
      expectObservable(chunk$.pipe(deframe(), texts), '--!').toBe('-x-', { x: 'one' });
      expectSubscriptions(chunk$.subscriptions).toBe('         ^-!');
    })
  );

  it.each([
    [-1, 'negative'],
    [5, 'too long'],
  ])('refuses a length of %i before any of its bytes has come: it is %s', (length) => {
    const head = Buffer.alloc(4);
    head.writeInt32BE(length, 0);
    let error: unknown;
    of(head)
      .pipe(deframe(4))
      .subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toMatchObject({ code: 'PROTOCOL' });
  });
});
