import { describe, expect, it } from '@jest/globals';
import { Subject, of, range, take, tap } from 'rxjs';
import { inTurns } from '../../../lib/hive/content/inTurns.js';

describe('reads in turns', () => {
  it('have room for a window of results that wait for the first', () => {
    const first$ = new Subject<number>();
    const seen: number[] = [];
    range(0, 3000)
      .pipe(
        inTurns(
          (item) => (item === 0 ? first$.pipe(take(1)) : of(item)),
          1000,
          (item) => of(item)
        )
      )
      .subscribe((item) => seen.push(item));
    expect(seen).toEqual([]);
    first$.next(0);
    expect(seen).toEqual(Array.from({ length: 3000 }, (_, i) => i));
  });

  it('hold a window of results, and no more, while the work on one goes on', () => {
    const [working$, held] = [new Subject<void>(), new Set<number>()];
    let most = 0;
    range(0, 50)
      .pipe(
        inTurns(
          (item) => {
            most = Math.max(most, held.add(item).size);
            return of(item);
          },
          4,
          (item) => {
            const work$ = item % 10 === 0 ? working$.pipe(take(1)) : of(undefined);
            return work$.pipe(tap({ complete: () => held.delete(item) }));
          }
        )
      )
      .subscribe();
    for (let i = 0; i < 5; i++) working$.next();
    expect([held.size, most]).toEqual([0, 4]);
  });
});
