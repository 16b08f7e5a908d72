import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type * as Operators from '../../lib/operators/index.js';
import { type Observable, Subject, map } from 'rxjs';

/** The operators as a browser has them: without `Buffer` and `process`. */
describe('quorum-rx/operators in a browser', () => {
  const { Buffer, process } = globalThis;
  let operators: typeof Operators;

  beforeAll(() => {
    Reflect.deleteProperty(globalThis, 'Buffer');
    Reflect.deleteProperty(globalThis, 'process');
    jest.isolateModules(() => {
      operators = jest.requireActual<typeof Operators>('../../lib/operators/index.js');
    });
  });
  afterAll(() => void Object.assign(globalThis, { Buffer, process }));

  it('cuts frames, and runs requests over a link', async () => {
    const { deframe, multiplex } = operators;
    const chunk$ = new Subject<Uint8Array>();
    const written: number[][] = [];
    const link = {
      chunk$,
      drain$: new Subject<void>(),
      write: (bytes: Uint8Array) => (written.push([...bytes]), true),
      soon: queueMicrotask,
    };
    const replies: number[][] = [];
    const link$ = new Subject<typeof link>();
    const options = {
      decode: (bytes$: Observable<Uint8Array>) => bytes$.pipe(deframe()),
      encode: (byte: number, id: number) => Uint8Array.of(0, 0, 0, 2, id, byte),
      idOf: (reply: Uint8Array) => reply[0]!,
    };
    link$.pipe(multiplex(options)).subscribe(({ request }) => {
      for (const byte of [7, 8])
        request(byte)
          .pipe(map((reply) => [...reply]))
          .subscribe((reply) => replies.push(reply));
    });
    link$.next(link);
    await Promise.resolve();
    expect(written).toEqual([[0, 0, 0, 2, 1, 7, 0, 0, 0, 2, 2, 8]]);
    for (const byte of [0, 0, 0, 2, 2, 80, 0, 0, 0, 2, 1, 70]) chunk$.next(Uint8Array.of(byte));
    expect(replies).toEqual([
      [2, 80],
      [1, 70],
    ]);
    chunk$.next(Uint8Array.of(0, 0, 0));
  });
});
