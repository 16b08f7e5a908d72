/**
 * An Arakoon of three nodes, in this process. A key is polled while the master goes and another comes; three workers
 * count in it, each change once; a reply that is lost says so; and a lock guards what is written under it, also when it
 * is broken.
 * Try: your own cluster, in place of `server.cluster`.
 */
import { isCoordinationError, json } from 'quorum-rx';
import { breakLock, lock, open, poll, pagedRange, steps, update } from 'quorum-rx/arakoon';
import { startArakoon } from 'quorum-rx/testing';
import {
  catchError,
  concatMap,
  firstValueFrom,
  forkJoin,
  ignoreElements,
  lastValueFrom,
  map,
  of,
  range,
  take,
  tap,
} from 'rxjs';

let lossy = false;
const server = await startArakoon({
  nodes: ['a', 'b', 'c'],
  faults: ({ operation }) => (lossy && operation === 'testAndSet' ? 'cutAfter' : undefined),
});
const client = await open(server.cluster);
const numbers = client.with({ value: json<number>() });
const count = (n = 0) => n + 1;
const fail = (what: string): never => {
  throw new Error(what);
};

const masters = client.master$.subscribe((master) => console.log(`master: ${master ?? 'nobody'}`));
const polled = poll(numbers, '/count', { every: 50 }).subscribe(({ value, stale }) =>
  console.log(`polled: ${value}${stale ? ', perhaps old' : ''}`)
);

/** Ten changes by each of three workers, with a fail-over in the middle. */
const worker = () =>
  range(1, 10).pipe(
    concatMap((i) => update(numbers, '/count', count).pipe(tap(() => i === 5 && server.electMaster('b'))))
  );
await lastValueFrom(forkJoin([worker(), worker(), worker()]));
if ((await firstValueFrom(numbers.get('/count'))) !== 30) fail('a change was lost, or counted twice');
console.log('thirty changes, one master after the other: 30');

lossy = true;
const lost$ = update(numbers, '/count', count).pipe(
  map(() => 'done'),
  catchError((error: unknown) => of(isCoordinationError(error) ? error.effect : 'another'))
);
const effect = await firstValueFrom(lost$);
lossy = false;
console.log(`the reply is lost: the effect is ${effect}, and the count ${await firstValueFrom(numbers.get('/count'))}`);
if (effect !== 'unknown') fail('it should have been said');

/** Under the lock one may write, until an operator breaks it. */
const refused = lastValueFrom(
  lock(client, '/lock', { owner: 'example', every: 60_000 }).pipe(
    concatMap((held) => {
      const write = () => held.sequence([steps.set('/report', new TextEncoder().encode(`token ${held.token}`))]);
      return write().pipe(
        concatMap(() => breakLock(client, '/lock', held.token)),
        concatMap(() => write()),
        map(() => 'written'),
        catchError((error: unknown) => of(isCoordinationError(error) ? error.code : 'another'))
      );
    }),
    take(1)
  )
);
console.log(`written under a lock, and after it was broken: ${await refused}`);
if ((await refused) !== 'ASSERTION_FAILED') fail('the server should have refused it');

const entries$ = forkJoin(Array.from({ length: 25 }, (_, i) => client.set(`/item/${i}`, new Uint8Array(1))));
const pages$ = entries$.pipe(
  concatMap(() => pagedRange(client, { prefix: '/item/', size: 10 }, (page) => console.log(`a page of ${page.length}`)))
);
await lastValueFrom(pages$.pipe(ignoreElements()), { defaultValue: undefined });

polled.unsubscribe();
masters.unsubscribe();
await client.close();
await server.stop();
