import { type Observable, concatMap, defer, from, map, merge, mergeMap, of, take, throwIfEmpty } from 'rxjs';
import { aborted } from '../../../../client/aborted.js';
import { closed } from '../../../../client/interruption.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import type { KeyChange, KeyEntry } from '../../../v3/client/eventTypes.js';
import type { WatchedEntry } from '../../../v3/watch/watchRange.js';
import { type EtcdV2Result, resultOf } from '../../protocol/answer.js';
import { refused } from '../../protocol/etcdV2Error.js';
import type { Step } from '../../watch/follow.js';
import { differences, isHidden, isWithin } from '../../watch/tree.js';
import type { Backing } from '../backing.js';
import { asV2 } from './asV2.js';
import { type Entry, around, isMarker, nodeOf, pathOf, sharing, treeOf } from './treeOf.js';

/** What tells of changes, over the watches of version 3. */
export function v3Changes(etcd: Etcd<string, string>): Pick<Backing, 'follow' | 'events' | 'wait'> {
  return {
    follow: (key, recursive, context) =>
      defer(() => {
        let tree: Extract<Step, { kind: 'snapshot' }>['tree'];
        return asV2(etcd.watchRange(around(key, true)), context).pipe(
          map(({ kind, entries, cause, stale }): Step => {
            if (stale) return { kind: 'lost', cause: cause };
            if (kind === 'denied') return { kind, cause: refused(110, key, 0, context) };
            tree = sharing(tree, treeOf(key, within(key, true, [...entries].map(entryOf)), recursive ? Infinity : 0));
            return { kind: 'snapshot', tree };
          }),
          throwIfEmpty(() => closed(context))
        );
      }),

    events: (key, { recursive, next }, context) =>
      defer(() => {
        const range = around(key, recursive);
        const known = new Map<string, Entry>();
        let since = next; // of unknown keys
        const begun$ =
          next === undefined
            ? etcd.range(range).pipe(
                map(({ entries, revision }) => {
                  for (const entry of entries) known.set(entry.key, entry);
                  return revision + 1;
                })
              )
            : of(next);
        const step$ = begun$.pipe(
          mergeMap((first) => etcd.events(range, { from: first, previous: true })),
          concatMap((told): Observable<Step> => {
            const { revision } = told;
            if (told.kind === 'changes') {
              for (const change of told.changes)
                if (change.kind === 'put') known.set(change.key, entryOf([change.key, change.entry]));
                else known.delete(change.key);
              const events = told.changes.flatMap((change) => eventOf(change, key, recursive, revision));
              return from(events.map((event): Step => ({ kind: 'event', event, tree: undefined })));
            }
            const before = treeOf(key, within(key, recursive, [...known.values()]));
            known.clear();
            for (const entry of told.entries) known.set(entry.key, entryOf([entry.key, entry]));
            const after = treeOf(key, within(key, recursive, [...known.values()]));
            const events = differences(before, after, resultOf('get', revision), since);
            since = undefined;
            return of({ kind: 'resync', events, tree: undefined });
          })
        );
        return asV2(step$, context);
      }),

    wait: (key, { recursive, next, signal }, context) =>
      defer(() => {
        const range = around(key, recursive);
        const event$ = etcd.events(range, { previous: true, ...(next !== undefined && { from: next }) }).pipe(
          concatMap((told) => {
            const reason = `the requested history has been cleared [${told.revision}/${next ?? 0}]`;
            if (told.kind === 'resync') throw refused(401, reason, told.revision, context);
            return from(told.changes.flatMap((change) => eventOf(change, key, recursive, told.revision)));
          }),
          throwIfEmpty(() => closed(context))
        );
        return asV2(merge(aborted(signal, context), event$).pipe(take(1)), context);
      }),
  };
}

/** Those of a key, and of all below it, without their neighbours. */
function within(key: string, recursive: boolean, entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((entry) => isAbout(entry.key, key, recursive));
}

/** Whether a key of version 3 is one of those. */
function isAbout(entry: string, key: string, recursive: boolean): boolean {
  const path = pathOf(entry);
  return path !== undefined && (path === key || (recursive && isWithin(path, key)));
}

function entryOf([key, found]: readonly [string, WatchedEntry<string> | KeyEntry<string, string>]): Entry {
  const { createRevision = 0, modRevision = 0 } = found.facts ?? {};
  return { key, value: found.value, error: found.error, createRevision, modRevision };
}

/** The event of a change; none where the key is another one, or a hidden one. */
function eventOf(
  change: KeyChange<string, string>,
  key: string,
  recursive: boolean,
  revision: number
): readonly EtcdV2Result[] {
  if (!isAbout(change.key, key, recursive)) return [];
  const before = change.previous === undefined ? undefined : nodeOf(entryOf([change.key, change.previous]));
  const isPut = change.kind === 'put';
  const node = isPut
    ? nodeOf(entryOf([change.key, change.entry]))
    : {
        key: pathOf(change.key)!,
        dir: isMarker(change.key),
        createdIndex: before?.createdIndex ?? 0,
        modifiedIndex: revision,
      };
  const event: EtcdV2Result = {
    ...resultOf(isPut ? 'set' : 'delete', revision, { node, prevNode: before }),
    created: isPut && before === undefined,
  };
  return isHidden(event, key) ? [] : [event];
}
