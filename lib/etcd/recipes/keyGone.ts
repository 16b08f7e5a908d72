import { type Observable, filter, map, take } from 'rxjs';
import type { Etcd } from '../v3/client/etcd.js';

/** A key that is told from others of the same name, before and after it, by the revision that created it. */
export interface CreatedKey {
  readonly key: string;
  readonly createRevision: number;
}

/** **Emits** once, when a key is gone; also when there is another one in its place. **Completes** with the client. */
export function keyGone(
  etcd: Pick<Etcd, 'events'>,
  { key, createRevision }: CreatedKey,
  from = createRevision + 1
): Observable<undefined> {
  return etcd.events(key, { from, only: 'deleted' }).pipe(
    filter(
      (event) =>
        event.kind === 'changes' || !event.entries.some(({ facts }) => facts?.createRevision === createRevision)
    ),
    take(1),
    map(() => undefined)
  );
}
