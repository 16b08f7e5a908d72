import { describe, expect, it } from '@jest/globals';
import { Subject, firstValueFrom, lastValueFrom, take, throwError, toArray } from 'rxjs';
import { inLanes } from '../../../lib/hive/upload/inLanes.js';

/** Items that can be taken, and works on them that a test ends. */
class Stage {
  readonly works: Subject<string>[] = [];
  taken = 0;
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  readonly next = () => Promise.resolve(this.taken < this.#count ? this.taken++ : undefined);

  readonly work = (item: number) => (this.works[item] = new Subject<string>());

  /** Ends the work on an item, and lets the lane take the next one. */
  async end(item: number): Promise<void> {
    this.works[item]!.next(`done ${item}`);
    this.works[item]!.complete();
    await new Promise((done) => setImmediate(done));
  }
}

describe('inLanes', () => {
  it('takes as many items as there are lanes, and the next one when a lane is free', async () => {
    const stage = new Stage(5);
    const done = firstValueFrom(inLanes(stage.next, 3, stage.work).pipe(toArray()));
    await new Promise((ready) => setImmediate(ready));
    expect(stage.taken).toBe(3);
    await stage.end(1);
    expect(stage.taken).toBe(4);
    for (const item of [0, 3]) await stage.end(item);
    expect(stage.taken).toBe(5);
    for (const item of [4, 2]) await stage.end(item);
    expect(await done).toEqual(['done 1', 'done 0', 'done 3', 'done 4', 'done 2']);
  });

  it('completes when there are no items, and ends with the error of an item, or of the work on one', async () => {
    const broken = new Error('broken');
    const none = inLanes(new Stage(0).next, 3, () => throwError(() => broken));
    expect(await firstValueFrom(none.pipe(toArray()))).toEqual([]);
    await expect(
      lastValueFrom(
        inLanes(
          () => Promise.reject(broken),
          3,
          () => [] as never
        )
      )
    ).rejects.toBe(broken);
    await expect(lastValueFrom(inLanes(new Stage(9).next, 3, () => throwError(() => broken)))).rejects.toBe(broken);
  });

  it('takes no more items when its subscriber has left', async () => {
    const stage = new Stage(9);
    const first = firstValueFrom(inLanes(stage.next, 2, stage.work).pipe(take(1)));
    await new Promise((ready) => setImmediate(ready));
    await stage.end(0);
    expect(await first).toBe('done 0');
    expect([stage.taken, stage.works[1]!.observed]).toEqual([2, false]);
  });
});
