import { V2Refusal } from '../v2Refusal.js';
import { type V2Event } from './v2Event.js';

/** Events of the whole store that are remembered. */
const CAPACITY = 1000;

/** The newest events of a store. Each index has one; some of them nobody hears of. */
export class V2History {
  readonly #events: (V2Event | undefined)[] = [];
  #last = 0;

  /** @param event `undefined`: nobody hears of it */
  add(event: V2Event | undefined): void {
    this.#last++;
    this.#events.push(event);
    if (this.#events.length > CAPACITY) this.#events.shift();
  }

  /** The first event from an index on that a watcher of a key waits for. Throws a refusal of a forgotten index. */
  find(key: string, recursive: boolean, index: number, storeIndex: number): V2Event | undefined {
    const first = this.#last - this.#events.length + 1;
    if (index < first)
      throw new V2Refusal(401, `the requested history has been cleared [${first}/${index}]`, storeIndex);
    for (const event of this.#events.slice(index - first))
      if (event !== undefined && isAbout(event, key, recursive)) return event;
    return undefined;
  }
}

function isAbout({ action, node, prevNode }: V2Event, key: string, recursive: boolean): boolean {
  const own = node.key ?? '';
  if (own === key || (recursive && own.startsWith(`${key}/`))) return true;
  const isRemoval = action === 'delete' || action === 'expire';
  return isRemoval && prevNode?.dir === true && key.startsWith(prevNode.key ?? ''); // as a real server compares
}
