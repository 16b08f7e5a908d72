import type { V2Change } from './v2Change.js';
import { V2Counts } from './v2Counts.js';
import type { V2Event } from './v2Event.js';
import { V2History } from './v2History.js';
import type { V2Node } from './v2Node.js';
import { V2Tree } from './v2Tree.js';
import { type V2Watcher, V2Watchers } from './v2Watchers.js';

/** A file, as a test looks at it. */
export type V2File = Pick<V2Node, 'key' | 'value' | 'modifiedIndex'>;

/** The names of the counters of the changes that are counted. */
const COUNTERS = {
  set: 'sets',
  create: 'create',
  createInOrder: 'create',
  update: 'update',
  compareAndSwap: 'compareAndSwap',
  delete: 'delete',
  compareAndDelete: 'compareAndDelete',
  get: 'gets',
} as const;

/** One member's v2 store. The same changes in the same order make the same store. */
export class V2Store {
  readonly #tree: V2Tree;
  readonly #history = new V2History();
  readonly #watchers = new V2Watchers();
  readonly #counts = new V2Counts();
  readonly #now: () => number;
  #index = 0;

  /** @param index the first one: entries that nobody hears of take those before it */
  constructor(now: () => number, index: number) {
    this.#now = now;
    this.#tree = new V2Tree(now);
    while (this.#index < index) this.#skip();
  }

  get index(): number {
    return this.#index;
  }

  /** The time at which the next node expires. */
  get nextExpiry(): number | undefined {
    return this.#tree.nextExpiry;
  }

  /** All files, hidden ones too. */
  get files(): Iterable<V2File> {
    return this.#tree.files();
  }

  get statistics(): object {
    return this.#counts.show(this.#watchers.count);
  }

  /** Makes a change. Throws a refusal; returns the event that is its answer, if it has one. */
  apply(change: V2Change): V2Event | undefined {
    if (change.kind === 'other') return void this.#skip();
    if (change.kind === 'expire') return void this.#expire();
    return this.#counts.counted(COUNTERS[change.kind], () => this.#do(change));
  }

  /** Waits for an event, or finds it in the history. Throws a refusal. */
  watch(watcher: V2Watcher): void {
    const { key, recursive } = watcher;
    const found = this.#history.find(key, recursive, watcher.since, this.#index);
    if (found === undefined) this.#watchers.add(watcher);
    else watcher.next(found); // and a stream hears nothing more: so do those of real servers
  }

  leave(watcher: V2Watcher): void {
    this.#watchers.remove(watcher);
  }

  #do(change: Exclude<V2Change, { readonly kind: 'other' | 'expire' }>): V2Event {
    const tree = this.#tree;
    const next = this.#index + 1;
    switch (change.kind) {
      case 'get': {
        const { key, recursive, sorted } = change;
        const node = tree.find(key, this.#index).show(this.#now(), recursive ? Infinity : 1, sorted);
        return { action: 'get', node };
      }
      case 'set':
        return this.#changed(tree.set(change, next), change.refresh);
      case 'create':
        return this.#changed(tree.create(change, next, false));
      case 'createInOrder': {
        const key = `${change.key}/${String(next).padStart(20, '0')}`;
        return this.#changed(tree.create({ ...change, key }, next, false));
      }
      case 'update':
        return this.#changed(tree.update(change, next), change.refresh);
      case 'compareAndSwap':
        return this.#changed(tree.swap(change, next), change.refresh);
      case 'delete':
        return this.#removed(tree.delete(change.key, change, next));
      case 'compareAndDelete':
        return this.#removed(tree.compareAndDelete(change, next));
    }
  }

  #skip(): void {
    this.#index++;
    this.#history.add(undefined);
  }

  /** @param isSilent whether watchers do not hear of it */
  #changed(event: V2Event, isSilent = false): V2Event {
    this.#index++;
    this.#history.add(isSilent ? undefined : event);
    if (!isSilent) this.#watchers.tell(event);
    return event;
  }

  /** Those that watch something in a directory hear of its end too. */
  #removed({ event, gone }: { readonly event: V2Event; readonly gone: readonly string[] }): V2Event {
    this.#index++;
    for (const key of gone) this.#watchers.tellAt(key, event, true);
    this.#history.add(event);
    this.#watchers.tell(event);
    return event;
  }

  #expire(): void {
    for (;;) {
      const removal = this.#tree.expire(this.#index + 1);
      if (removal === undefined) return;
      this.#counts.expired();
      this.#removed(removal);
    }
  }
}
