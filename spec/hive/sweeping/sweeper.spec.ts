import { describe, expect, it } from '@jest/globals';
import { type Observable, VirtualTimeScheduler, concatMap, defer, firstValueFrom, map, throwError, timer } from 'rxjs';
import { ConnectionLostError, ServerError, SessionError } from '../../../lib/core/errors.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../../lib/hive/memoryStore.js';
import { mortalCells } from '../../helpers/mortalCells.js';

const MINUTE = 60_000;

/** A store with processes that sweep it every minute, in virtual time. */
class Stage {
  readonly store = new MemoryStore();
  readonly scheduler = new VirtualTimeScheduler();
  readonly turns: string[] = [];

  hive(change: (cells: MemoryCells) => MemoryCells = (cells) => cells) {
    const { store, scheduler } = this;
    return rawHive((place) => change(store.cells(`${place}/`)), { scheduler, inlineBytes: 10, sliceBytes: 10 });
  }

  sweep(name: string, change?: (cells: MemoryCells) => MemoryCells) {
    return this.hive(change)
      .sweeper({ every: MINUTE })
      .subscribe({ next: () => this.turns.push(name), complete: () => this.turns.push(`${name} ends`) });
  }

  keys(): readonly string[] {
    let found: readonly string[] = [];
    this.store
      .cells('')
      .list('')
      .subscribe((keys) => (found = keys));
    return found;
  }

  /** Lets so many minutes pass. **Returns** the turns meanwhile. */
  pass(minutes: number): string {
    this.scheduler.maxFrames = this.scheduler.now() + minutes * MINUTE;
    this.scheduler.flush();
    return this.turns.splice(0).join(' ');
  }
}

describe('a sweeper', () => {
  it('sweeps at once, and then with every turn, in one process only', () => {
    const stage = new Stage();
    const sweepers = ['a', 'b', 'c'].map((name) => stage.sweep(name));
    expect(stage.pass(3)).toBe('a a a a');
    sweepers.forEach((sweeper) => sweeper.unsubscribe());
  });

  it('lets another take its place with the next turn when it leaves', () => {
    const stage = new Stage();
    const [a, b] = ['a', 'b'].map((name) => stage.sweep(name));
    stage.pass(2);
    a!.unsubscribe();
    expect(stage.pass(2)).toBe('b b');
    b!.unsubscribe();
    expect(stage.keys()).toEqual([]);
  });

  it('loses its place when it dies, after three turns, to one of the others', () => {
    const stage = new Stage();
    const life = { calls: 600, lastArrives: false };
    const dying = stage.sweep('a', (cells) => mortalCells(cells, life));
    const others = ['b', 'c'].map((name) => stage.sweep(name));
    const turns = stage.pass(12).split(' ');
    const first = turns.indexOf('b');
    expect(first).toBeGreaterThan(0);
    expect(turns.slice(0, first).every((name) => name === 'a')).toBe(true);
    expect(turns.slice(first).every((name) => name === 'b')).toBe(true);
    expect(turns.length).toBe(12 - 3 + 1); // it takes three turns to be sure
    [dying, ...others].forEach((sweeper) => sweeper.unsubscribe());
  });

  it('keeps its place while a sweep takes longer than all its turns', () => {
    const stage = new Stage();
    const slow = stage.sweep('a', (cells) => ({
      ...cells,
      list: () => timer(10 * MINUTE, stage.scheduler).pipe(map(() => [])),
    }));
    const other = stage.sweep('b');
    expect(stage.pass(15)).toBe('');
    [slow, other].forEach((sweeper) => sweeper.unsubscribe());
  });

  it.each(['create', 'set'] as const)('waits when another is faster by one %s', (method) => {
    const stage = new Stage();
    const rival = stage.store.cells('index/');
    let others = 0;
    const sweeper = stage.sweep('a', (cells) => ({
      ...cells,
      [method]: (...args: Parameters<typeof cells.set>) =>
        rival.set('sweeper', Buffer.from(`rival ${others++}`)).pipe(concatMap(() => cells[method](...args))),
    }));
    expect(stage.pass(2)).toBe(method === 'set' ? 'a' : ''); // with its first turn it creates
    expect(others).toBeGreaterThan(0);
    sweeper.unsubscribe();
  });

  it.each([
    ['a lost connection', () => new ConnectionLostError('cut', 'none')],
    ['the end of a session', () => new SessionError('EXPIRED', 'the session has expired')],
  ])('goes on after %s', (_, error) => {
    const stage = new Stage();
    let failures = 3;
    const failing = <T>(reply$: Observable<T>) => defer(() => (failures-- > 0 ? throwError(error) : reply$));
    const sweeper = stage.sweep('a', (cells) => ({
      ...cells,
      get: (...args) => failing(cells.get(...args)),
      list: (...args) => failing(cells.list(...args)),
    }));
    expect(stage.pass(2)).toMatch(/^a a/);
    sweeper.unsubscribe();
  });

  it('completes when the client is closed, and errors when the store refuses', () => {
    const stage = new Stage();
    const errors: unknown[] = [];
    const failing = (error: Error) => (cells: MemoryCells) => ({ ...cells, list: () => throwError(() => error) });
    stage.sweep('a', failing(new SessionError('CLOSED', 'closed')));
    expect(stage.pass(1)).toBe('a ends');
    stage
      .hive(failing(new ServerError('NO_SPACE', 0, { message: 'full', effect: 'none' })))
      .sweeper()
      .subscribe({ error: (error) => errors.push(error) });
    stage.pass(1);
    expect(errors).toMatchObject([{ code: 'NO_SPACE' }]);
    expect(stage.keys()).toEqual([]);
  });

  it.each([0, -1, Number.NaN, '5'])('refuses a turn of %s', async (every) => {
    const stage = new Stage();
    await expect(firstValueFrom(stage.hive().sweeper({ every: every as number }))).rejects.toMatchObject({
      argument: 'options.every',
    });
  });
});
