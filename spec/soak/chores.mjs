// What workers do besides: count, put into a queue and work it off, change nodes and watch them change.
import {
  EMPTY,
  catchError,
  concatMap,
  defer,
  finalize,
  ignoreElements,
  map,
  merge,
  repeat,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { consume, counter, enqueue } from './built.mjs';
import { shared } from './clock.mjs';
import { COUNTER, QUEUE, WATCHED, bytes, text, watchedNodes } from './places.mjs';

/**
 * Changes things, for as long as it is subscribed to. Each change is told before it is asked for, and what became of
 * it.
 */
export function changing({ zk, client, tell, random }) {
  let made = 0;
  const told = (kind, act) =>
    defer(() => {
      const id = `${client}-${++made}`;
      tell({ kind, id, outcome: 'asked' });
      return act(id).pipe(
        tap((result) => tell({ kind, id, outcome: 'done', result })),
        catchError((error) => {
          tell({ kind, id, outcome: error.effect, code: error.code });
          return EMPTY;
        })
      );
    });
  const often = (low, high, act$) =>
    timer(random() * high).pipe(
      concatMap(() => act$),
      repeat({ delay: () => timer(low + random() * (high - low)) })
    );
  const node = () => watchedNodes[Math.floor(random() * watchedNodes.length)];
  const change = (id) => {
    const path = node();
    if (random() < 0.2) return zk.delete(path);
    return zk.set(path, bytes(id)).pipe(
      catchError((error) => (error.code === 'NO_NODE' ? zk.create(path, bytes(id)) : throwError(() => error))),
      map(() => undefined)
    );
  };
  return merge(
    often(
      50,
      250,
      told('add', () => counter(zk, COUNTER).add(1))
    ),
    often(
      300,
      900,
      told('put', (id) => enqueue(zk, QUEUE, bytes(id), { priority: Math.floor(random() * 5) }))
    ),
    often(100, 500, told('change', change))
  ).pipe(ignoreElements());
}

/** Works off the queue. Work is taken away only with the session. */
export function working({ zk, client, tell, random, leaving$ }) {
  let left = false;
  leaving$.subscribe(() => (left = true));
  return consume(zk, QUEUE, ({ data }) =>
    defer(() => {
      const work = { item: text(data), client, epoch: zk.state.epoch, begun: shared() };
      let done = false;
      return timer(random() < 0.1 ? 2000 * random() : 100 * random()).pipe(
        tap(() => {
          done = true;
          tell({ kind: 'worked', ...work, at: shared() });
        }),
        finalize(() => {
          const stands = zk.state.kind === 'connected' && zk.state.epoch === work.epoch;
          if (!done && !left && stands)
            tell({ kind: 'violation', text: `${client}: ${work.item} was taken away, and its session stands` });
        })
      );
    })
  ).pipe(ignoreElements());
}

/**
 * Watches, and holds what it is shown to what was promised: nothing older after something newer, and no state twice.
 */
export function watching({ zk, client, tell, shown }) {
  const followed = (name, source$, zxidOf, valueOf) =>
    source$.pipe(
      tap((now) => {
        const last = shown.get(name);
        const zxid = now.kind === 'present' ? zxidOf(now.stat) : undefined;
        const wrong = (what) =>
          tell({ kind: 'violation', text: `${client}: ${name} shows ${what}: ${zxid} after ${last?.newest}` });
        if (zxid !== undefined && zxid < (last?.newest ?? 0n)) wrong('an older state after a newer');
        if (zxid !== undefined && zxid === last?.zxid && now.stale === last.stale) wrong('one state twice');
        tell({ kind: 'shown' });
        shown.set(name, {
          zxid,
          newest: zxid ?? last?.newest ?? 0n,
          stale: now.stale,
          value: now.kind === 'present' ? valueOf(now) : null,
        });
      })
    );
  return merge(
    ...watchedNodes.map((path) =>
      followed(
        path,
        zk.watch(path),
        ({ mzxid }) => mzxid,
        ({ value }) => text(value)
      )
    ),
    followed(
      WATCHED,
      zk.watchChildren(WATCHED),
      ({ pzxid }) => pzxid,
      ({ names }) => [...names].sort().join()
    )
  ).pipe(ignoreElements());
}

/** Tells of every session that is lost. */
export function losing({ zk, client, tell }) {
  return zk.expired$.pipe(
    tap(({ epoch, reason }) => tell({ kind: 'lost', client, epoch, reason, at: shared() })),
    ignoreElements()
  );
}
