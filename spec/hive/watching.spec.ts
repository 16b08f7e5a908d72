import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, type Observable, combineLatest, concatMap, defer, map, of, throwError, timer } from 'rxjs';
import type { WatchedCell } from '../../lib/core/contract.js';
import { ConnectionLostError, ServerError } from '../../lib/core/errors.js';
import { freshness } from '../../lib/core/watched.js';
import { rawHive } from '../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../lib/hive/memoryStore.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const LARGE = Buffer.alloc(3500, 'large ');
const [SECOND, DAY] = [1000, 86_400_000];

/** A store, and a hive whose reads a test changes, in virtual time. */
class Stage {
  readonly time = new VirtualTime();
  readonly lost$ = new BehaviorSubject<ConnectionLostError | undefined>(undefined);
  readonly seen: string[] = [];
  readonly sizes: (number | undefined)[] = [];
  slicesRead = 0;
  readonly #store = new MemoryStore();
  readonly #options = { inlineBytes: 100, sliceBytes: 1000, scheduler: this.time };
  readonly writer = rawHive((place) => this.#store.cells(`${place}/`), this.#options);

  watch(read: <T>(reply$: Observable<T>) => Observable<T> = (reply$) => reply$) {
    const watching = rawHive((place): MemoryCells => {
      const cells = this.#store.cells(`${place}/`);
      return {
        ...cells,
        get: (key, options) => defer(() => (this.slicesRead++, read(cells.get(key, options)))),
        watch: (key) =>
          combineLatest([cells.watch(key), this.lost$]).pipe(
            map(([cell, cause]) => ({ ...cell, ...freshness(cause) }) as WatchedCell<number>)
          ),
      };
    }, this.#options);
    return watching.watch('a').subscribe((entry) => {
      this.sizes.push(entry.kind === 'present' ? entry.value.length : undefined);
      this.seen.push(`${this.time.now() / SECOND}: ${entry.kind}${entry.stale ? ', stale' : ''}`);
    });
  }
}

describe('a watch of an entry in slices', () => {
  it('shows that the connection is lost, and reads no slices again', () => {
    const stage = new Stage();
    stage.writer.put('a', LARGE).subscribe();
    stage.watch();
    const { slicesRead } = stage;
    stage.lost$.next(new ConnectionLostError('cut', 'none'));
    stage.lost$.next(undefined);
    stage.writer.expire('a', DAY).subscribe();
    expect(stage.seen).toEqual(['0: present', '0: present, stale', '0: present', '0: present']);
    expect(stage.slicesRead).toBe(slicesRead);
  });

  it('waits for the connection that its slices need', () => {
    const stage = new Stage();
    let failures = 500;
    stage.writer.put('a', LARGE).subscribe();
    stage.watch((reply$) => (failures-- > 0 ? throwError(() => new ConnectionLostError('cut', 'none')) : reply$));
    stage.time.advance(DAY);
    expect(stage.seen).toEqual([expect.stringMatching(/^[\d.]+: present$/)]);
  });

  it('is read again when the store has refused a request for no lasting reason', () => {
    const stage = new Stage();
    let refusals = 2;
    const refusal = () => new ServerError('TOO_MANY_REQUESTS', 8, { message: 'too many requests' });
    stage.writer.put('a', LARGE).subscribe();
    stage.watch((reply$) => (refusals-- > 0 ? throwError(refusal) : reply$));
    stage.time.advance(DAY);
    expect(stage.seen.map((line) => line.split(': ')[1])).toEqual(['unreadable', 'unreadable', 'present']);
  });

  it('shows contents, though they change faster than they can be read, and the last one', () => {
    const stage = new Stage();
    const slow = <T>(reply$: Observable<T>) => timer(10 * SECOND, stage.time).pipe(concatMap(() => reply$));
    stage.writer.put('a', LARGE).subscribe();
    stage.watch(slow);
    for (let i = 1; i <= 20; i++) {
      stage.time.advance(7 * SECOND);
      stage.writer.update('a', Buffer.alloc(3500 + i, 'large ')).subscribe();
    }
    stage.time.advance(DAY);
    expect(stage.seen.length).toBeGreaterThan(10);
    expect(stage.sizes.at(-1)).toBe(3520);
  });

  it('shows that it was deleted while it is read', () => {
    const stage = new Stage();
    stage.writer.put('a', LARGE).subscribe();
    stage.watch((reply$) => timer(10 * SECOND, stage.time).pipe(concatMap(() => reply$)));
    stage.time.advance(5 * SECOND);
    stage.writer.delete('a').subscribe();
    stage.time.advance(DAY);
    expect(stage.seen).toEqual(['5: absent']);
  });

  it('shows that it runs out at that time, though its slices come slowly', () => {
    const stage = new Stage();
    stage.writer.put('a', LARGE, { expires: 30 * SECOND }).subscribe();
    stage.watch((reply$) => timer(10 * SECOND, stage.time).pipe(concatMap(() => reply$)));
    stage.time.advance(DAY);
    expect(stage.seen).toEqual(['10: present', '30: absent']);
  });

  it('shows what it was replaced with while it was read, long before it would have run out', () => {
    const stage = new Stage();
    stage.writer.put('a', LARGE, { expires: DAY }).subscribe();
    let slices = 8; // reads of the old content, which a sweep has taken away
    const slowly$ = timer(SECOND, stage.time);
    stage.watch(<T>(reply$: Observable<T>) =>
      slowly$.pipe(concatMap(() => (slices-- > 0 ? of({ kind: 'absent' } as T) : reply$)))
    );
    stage.writer.update('a', Buffer.alloc(3000, 'other ')).subscribe();
    stage.time.advance(60 * SECOND);
    expect(stage.seen.map((line) => line.split(': ')[1])).toEqual(['present']);
    expect(stage.sizes).toEqual([3000]);
  });

  it('shows that it runs out at that time by a clock that was set back', () => {
    const stage = new Stage();
    let late = 0;
    stage.time.now = () => stage.time.frame - late;
    stage.writer.put('a', LARGE, { expires: 30 * SECOND }).subscribe();
    stage.watch();
    late = 60 * SECOND;
    stage.time.advance(89 * SECOND);
    expect(stage.seen).toEqual(['0: present']);
    stage.time.advance(SECOND);
    expect(stage.seen).toEqual(['0: present', '30: absent']);
  });

  it('shows that it has run out while the machine was suspended', () => {
    const stage = new Stage();
    let leap = 0;
    stage.time.now = () => stage.time.frame + leap;
    stage.writer.put('a', LARGE, { expires: DAY }).subscribe();
    stage.watch();
    stage.time.advance(SECOND);
    leap = 2 * DAY;
    stage.time.advance(10 * SECOND);
    expect(stage.seen).toEqual(['0: present', `${(2 * DAY) / SECOND + 10}: absent`]);
  });

  it('shows that it runs out after weeks, which is more than a timer of Node can wait', () => {
    const stage = new Stage();
    stage.writer.put('a', LARGE, { expires: 30 * DAY }).subscribe();
    stage.watch();
    for (let day = 0; day < 31; day++) stage.time.advance(DAY);
    expect(stage.seen).toEqual(['0: present', `${(30 * DAY) / SECOND}: absent`]);
  });
});
