import { V2Refusal } from '../v2Refusal.js';
import type { Compared, Stored } from './v2Change.js';
import type { V2Event } from './v2Event.js';
import { V2Node } from './v2Node.js';

/** An event that removes nodes, and the keys of all of them: those in a directory first. */
export interface V2Removal {
  readonly event: V2Event;
  readonly gone: readonly string[];
}

/** The nodes of a v2 store. Each change has the index that it gets if it is not refused. */
export class V2Tree {
  readonly #root = new V2Node('', undefined, 0, true);
  readonly #mortal = new Set<V2Node>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get nextExpiry(): number | undefined {
    return this.#nextToExpire()?.expires;
  }

  /** All files, hidden ones too. */
  *files(directory = this.#root): Iterable<V2Node> {
    for (const node of directory.children!.values()) {
      if (node.children === undefined) yield node;
      else yield* this.files(node);
    }
  }

  /** @param index the index of the store */
  find(key: string, index: number): V2Node {
    let node = this.#root;
    for (const name of namesOf(key)) {
      if (node.children === undefined) throw new V2Refusal(104, node.key, index);
      const child = node.children.get(name);
      if (child === undefined) throw new V2Refusal(100, `${node.key}/${name}`, index);
      node = child;
    }
    return node;
  }

  set(change: Stored, next: number): V2Event {
    const { key, refresh } = change;
    let before: V2Node | undefined;
    try {
      before = this.find(key, next - 1);
    } catch (reason) {
      if (refresh || !(reason instanceof V2Refusal) || reason.number !== 100) throw reason;
    }
    const prevNode = before?.show(this.#now());
    const { node } = this.create({ ...change, value: refresh ? before!.value : change.value }, next, true);
    return { action: 'set', node, prevNode };
  }

  /** @param replace whether it takes the place of a file */
  create({ key, value, dir, expires }: Omit<Stored, 'refresh'>, next: number, replace: boolean): V2Event {
    if (key === '') throw new V2Refusal(107, '/', next - 1);
    const names = namesOf(key);
    const name = names.pop()!;
    const parent = this.#directory(names, next);
    const before = parent.children!.get(name);
    if (before !== undefined && !replace) throw new V2Refusal(105, key, next - 1);
    if (before?.children !== undefined) throw new V2Refusal(102, key, next - 1);
    if (before !== undefined) this.#mortal.delete(before);
    const node = new V2Node(key, parent, next, dir);
    if (!dir) node.value = value;
    parent.children!.delete(name); // the new one is the last in order
    parent.children!.set(name, node);
    this.#live(node, expires);
    return { action: 'create', node: node.show(this.#now()) };
  }

  update({ key, value, expires, refresh }: Stored, next: number): V2Event {
    if (key === '') throw new V2Refusal(107, '/', next - 1);
    const node = this.find(key, next - 1);
    if (node.children !== undefined && value !== '') throw new V2Refusal(102, key, next - 1);
    return this.#write('update', node, refresh ? node.value : value, expires, next);
  }

  swap(change: Stored & Compared, next: number): V2Event {
    const { key, value, expires, refresh } = change;
    if (key === '') throw new V2Refusal(107, '/', next - 1);
    const node = this.#compared(change, next);
    return this.#write('compareAndSwap', node, refresh ? node.value : value, expires, next);
  }

  delete(key: string, forced: { readonly dir: boolean; readonly recursive: boolean }, next: number): V2Removal {
    if (key === '') throw new V2Refusal(107, '/', next - 1);
    const node = this.find(key, next - 1);
    if (node.children !== undefined && !forced.dir && !forced.recursive) throw new V2Refusal(102, key, next - 1);
    if ((node.children?.size ?? 0) > 0 && !forced.recursive) throw new V2Refusal(108, key, next - 1);
    return this.#remove('delete', node, next);
  }

  compareAndDelete(change: Compared, next: number): V2Removal {
    return this.#remove('compareAndDelete', this.#compared(change, next), next);
  }

  /** Removes the next node whose time has come. */
  expire(next: number): V2Removal | undefined {
    const node = this.#nextToExpire();
    if (node === undefined || node.expires! > this.#now()) return undefined;
    return this.#remove('expire', node, next);
  }

  #nextToExpire(): V2Node | undefined {
    let first: V2Node | undefined;
    for (const node of this.#mortal) if (first === undefined || node.expires! < first.expires!) first = node;
    return first;
  }

  /** The directory with a path of names. Those that are missing are made. */
  #directory(names: readonly string[], next: number): V2Node {
    let node = this.#root;
    for (const name of names) {
      let child = node.children!.get(name);
      if (child === undefined) {
        child = new V2Node(`${node.key}/${name}`, node, next, true);
        node.children!.set(name, child);
      }
      if (child.children === undefined) throw new V2Refusal(104, child.key, next - 1);
      node = child;
    }
    return node;
  }

  #compared({ key, prevValue, prevIndex }: Compared, next: number): V2Node {
    const node = this.find(key, next - 1);
    if (node.children !== undefined) throw new V2Refusal(102, key, next - 1);
    const isOther = prevValue !== '' && node.value !== prevValue;
    const isLater = prevIndex !== 0 && node.modifiedIndex !== prevIndex;
    if (!isOther && !isLater) return node;
    const causes = [
      ...(isOther ? [`[${prevValue} != ${node.value}]`] : []),
      ...(isLater ? [`[${prevIndex} != ${node.modifiedIndex}]`] : []),
    ];
    throw new V2Refusal(101, causes.join(' '), next - 1);
  }

  /** A directory keeps its index: only the event has the new one. */
  #write(action: V2Event['action'], node: V2Node, value: string, expires: number | undefined, next: number): V2Event {
    const prevNode = node.show(this.#now());
    if (node.children === undefined) {
      node.value = value;
      node.modifiedIndex = next;
    }
    this.#live(node, expires);
    return { action, node: { ...node.show(this.#now()), modifiedIndex: next }, prevNode };
  }

  #live(node: V2Node, expires: number | undefined): void {
    node.expires = expires;
    if (expires === undefined) this.#mortal.delete(node);
    else this.#mortal.add(node);
  }

  #remove(action: V2Event['action'], node: V2Node, next: number): V2Removal {
    const { key, createdIndex, children } = node;
    const dir = children === undefined ? undefined : (true as const);
    const prevNode = node.show(this.#now());
    const gone: string[] = [];
    this.#forget(node, gone);
    node.parent!.children!.delete(node.name);
    return { event: { action, node: { key, dir, modifiedIndex: next, createdIndex }, prevNode }, gone };
  }

  #forget(node: V2Node, gone: string[]): void {
    for (const child of node.children?.values() ?? []) this.#forget(child, gone);
    this.#mortal.delete(node);
    gone.push(node.key);
  }
}

function namesOf(key: string): string[] {
  return key.split('/').slice(1);
}
