import { type Observable, ReplaySubject, defer, finalize, share, tap } from 'rxjs';
import { inChroot } from '../../path.js';
import type { QueueOptions } from './waitInLine.js';
import type { LockClient } from './lockClient.js';
import type { Standing } from '../../../lease/standings.js';
import type { Contender } from './contenders.js';
import { standInLine } from './standInLine.js';

/** The node with which a session stands in line, or holds. */
interface Entry {
  readonly word: string;
  /** One for all who have entered; the node is given back when the last of them leaves. */
  readonly standing$: Observable<Standing<Contender>>;
  /** The node, once it holds. */
  holds: string | undefined;
}

/** Whether a hold with one word counts for another word, too. */
export type Covers = (held: string) => boolean;

/** Of each session, by its states, which all its views share; and then by path and words. */
const sessions = new WeakMap<LockClient['state$'], Entries>();

/**
 * Stands in line, or enters a lock that this session holds at once. It does not wait for those in between, since they
 * wait for us. The lock is held until the last one has left.
 *
 * @param covers `undefined` for one who does not enter the locks of others
 */
export function reentered(
  zk: LockClient,
  path: string,
  options: QueueOptions,
  covers: Covers | undefined
): Observable<Standing<Contender>> {
  return defer(() => {
    const { word: own, words = [own] } = options;
    const key = `${inChroot(zk.root, path)} ${words.join()}`;
    const entries = entriesOf(zk);
    const all = covers === undefined ? [] : entries.of(key);
    const same = all.find(({ word, holds }) => word === own || (holds !== undefined && covers!(word)));
    if (same !== undefined) return same.standing$;
    const holds = all.find((entry) => entry.holds !== undefined)?.holds;
    return enter(zk, path, { ...options, holds }, entries, key).standing$;
  });
}

/** A key that has nothing to say is not kept. */
class Entries {
  readonly #byKey = new Map<string, Set<Entry>>();

  of(key: string): readonly Entry[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  add(key: string, entry: Entry): void {
    this.#byKey.set(key, new Set(this.#byKey.get(key)).add(entry));
  }

  delete(key: string, entry: Entry): void {
    const entries = this.#byKey.get(key);
    if (entries?.delete(entry) === true && entries.size === 0) this.#byKey.delete(key);
  }
}

function entriesOf({ state$ }: LockClient): Entries {
  let entries = sessions.get(state$);
  if (entries === undefined) sessions.set(state$, (entries = new Entries()));
  return entries;
}

function enter(zk: LockClient, path: string, options: QueueOptions, entries: Entries, key: string): Entry {
  const forget = () => entries.delete(key, entry);
  const entry: Entry = {
    word: options.word,
    holds: undefined,
    standing$: standInLine(zk, path, options).pipe(
      tap({
        next: (standing) => {
          entry.holds = standing.kind === 'holding' ? standing.tenure.name : undefined;
          if (standing.kind === 'holding' && standing.standing === 'over') forget(); // before anybody can come back
        },
        error: forget,
        complete: forget,
      }),
      finalize(forget),
      share({ connector: () => new ReplaySubject(1) })
    ),
  };
  entries.add(key, entry);
  return entry;
}
