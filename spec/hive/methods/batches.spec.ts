import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, Subject, defer, firstValueFrom, lastValueFrom, of, throwError } from 'rxjs';
import { ConnectionLostError, ServerError, SessionError } from '../../../lib/core/errors.js';
import { hive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';

const stage = (window = 8) => {
  const store = new MemoryStore();
  return hive((place) => store.cells(`${place}/`), undefined, { window });
};

describe('batch', () => {
  it('gives an outcome for each request, in the order of the requests', async () => {
    const mine = stage();
    await firstValueFrom(mine.put('there', 1));
    const outcomes = await firstValueFrom(
      mine.batch([mine.get('there'), mine.put('there', 2), mine.put('new', 3), mine.get('absent'), mine.put('', 1)])
    );
    expect(outcomes).toMatchObject([
      { kind: 'reply', value: 1 },
      { kind: 'refused', error: { code: 'ALIAS_ALREADY_EXISTS' } },
      { kind: 'reply', value: expect.any(Number) },
      { kind: 'refused', error: { code: 'ALIAS_NOT_FOUND' } },
      { kind: 'refused', error: { code: 'USAGE' } },
    ]);
    expect(await firstValueFrom(mine.get('new'))).toBe(3);
  });

  it('tells by the effect of an error whether a request can be sent again', async () => {
    const fail = (error: Error) => throwError(() => error);
    const outcomes = await firstValueFrom(
      stage().batch([
        fail(new ConnectionLostError('lost', 'unknown')),
        fail(new ConnectionLostError('lost', 'none')),
        fail(new SessionError('EXPIRED', 'over')),
        fail(new ServerError('NO_SPACE', 1)),
        fail(new ServerError('NO_LEADER', 1, { effect: 'unknown' })),
      ])
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['lost', 'retriable', 'retriable', 'refused', 'lost']);
  });

  it('has at most so many requests under way as the window of the hive', async () => {
    let [now, most] = [0, 0];
    const ends = Array.from({ length: 10 }, () => new Subject<void>());
    const requests = ends.map((end$, i) =>
      defer(() => {
        most = Math.max(most, ++now);
        return new Observable<number>((subscriber) =>
          end$.subscribe({
            complete: () => {
              now--;
              subscriber.next(i);
              subscriber.complete();
            },
          })
        );
      })
    );
    const outcomes = firstValueFrom(stage(3).batch(requests));
    for (const i of [1, 0, 2, 5, 4, 3, 6, 7, 9, 8]) ends[i]!.complete();
    expect(most).toBe(3);
    expect((await outcomes).map((outcome) => outcome.kind === 'reply' && outcome.value)).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ]);
  });

  it('takes the last value of a request, and undefined of one that emits none', async () => {
    const mine = stage();
    const [upload, none] = await firstValueFrom(mine.batch([mine.upload([data], { alias: 'a' }), EMPTY]));
    expect(upload).toMatchObject({ kind: 'reply', value: { phase: 'done', alias: 'a' } });
    expect(none).toEqual({ kind: 'reply', value: undefined });
  });

  it('sends nothing where an item is no request, and names it', async () => {
    const mine = stage();
    let sent = 0;
    const request$ = defer(() => of(++sent));
    for (const wrong of [[request$, 1], [request$, mine], 'text', undefined])
      await expect(firstValueFrom(mine.batch(wrong as never))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(firstValueFrom(mine.batch([request$, 1 as never]))).rejects.toMatchObject({
      argument: 'requests[1]',
    });
    expect(sent).toBe(0);
  });

  it('emits no outcomes of no requests', async () => {
    expect(await lastValueFrom(stage().batch([]))).toEqual([]);
  });

  it('sends again with each subscription', async () => {
    const mine = stage();
    const batch$ = mine.batch([mine.put('a', 1)]);
    expect((await firstValueFrom(batch$))[0].kind).toBe('reply');
    expect((await firstValueFrom(batch$))[0].kind).toBe('refused');
  });

  it('leaves the requests that are under way when its subscriber leaves', () => {
    let left = 0;
    const request$ = new Observable<never>(() => () => left++);
    stage(2).batch([request$, NEVER, request$]).subscribe().unsubscribe();
    expect(left).toBe(1);
  });
});

const data = Buffer.from('bytes');
