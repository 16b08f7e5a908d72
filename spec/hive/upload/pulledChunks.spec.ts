import { describe, expect, it } from '@jest/globals';
import { NEVER, Observable, Subject, concat, concatMap, from, isObservable, of, throwError } from 'rxjs';
import { type Chunk, HeldSource, PulledChunks } from '../../../lib/hive/upload/pulledChunks.js';

const [A, B, C] = [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')];

/** Asks for the next chunk, and notes it. */
function pull(chunks: PulledChunks, log: string[]): void {
  const note = ({ done, value }: Chunk) => log.push(done === true ? 'end' : Buffer.from(value).toString());
  const next = chunks.next();
  if (!isObservable(next)) return void note(next);
  next.subscribe({ next: note, error: ({ message }: Error) => log.push(message) });
}

describe('the chunks of a source that pushes them', () => {
  it('come at once if they are there, or else when they come', () => {
    const [log, source$] = [[] as string[], new Subject<Uint8Array>()];
    const chunks = new PulledChunks(source$);
    pull(chunks, log);
    expect(log).toEqual([]);
    for (const chunk of [A, B]) source$.next(chunk);
    expect(log).toEqual(['a']);
    pull(chunks, log);
    pull(chunks, log);
    source$.complete();
    pull(chunks, log);
    expect(log).toEqual(['a', 'b', 'end', 'end']);
  });

  it('come before the error of the source', () => {
    const log: string[] = [];
    const chunks = new PulledChunks(
      concat(
        of(A),
        throwError(() => new Error('broken'))
      )
    );
    pull(chunks, log);
    expect(() => chunks.next()).toThrow('broken');
    const source$ = new Subject<Uint8Array>();
    pull(new PulledChunks(source$), log);
    source$.error(new Error('broken later'));
    expect(log).toEqual(['a', 'broken later']);
  });

  it('are not asked for before the first is wanted, and end with the last wish', () => {
    let subscribers = 0;
    const source$ = new Observable<Uint8Array>(() => {
      subscribers++;
      return () => void subscribers--;
    });
    const chunks = new PulledChunks(source$);
    expect(subscribers).toBe(0);
    pull(chunks, []);
    expect(subscribers).toBe(1);
    chunks.return();
    expect(subscribers).toBe(0);
    new PulledChunks(NEVER).return();
  });

  it('are no more than one ahead where the source can be held back', () => {
    const [log, begun] = [[] as string[], [] as string[]];
    const held = new HeldSource((work) =>
      from([A, B, C]).pipe(
        concatMap((chunk) => {
          begun.push(String(chunk));
          return work(chunk) ?? [];
        })
      )
    );
    const chunks = new PulledChunks(held);
    pull(chunks, log);
    expect([log, begun]).toEqual([['a'], ['a', 'b']]);
    for (let i = 0; i < 3; i++) pull(chunks, log);
    expect(log).toEqual(['a', 'b', 'c', 'end']);
  });
});
