/**
 * Bank accounts in etcd. Twelve transfers at a time move money between three accounts; each reads two of them and
 * writes both, and begins again when another has come between. The sum stays the same. Then an answer is lost, and the
 * transfer says that its outcome is unknown, and is not done twice.
 * Needs no server: an etcd in this process answers.
 * Try: your own cluster, in place of `server.endpoints`; the option `isolation: 'readCommitted'`, which loses money.
 */
import { isCoordinationError, json } from 'quorum-rx';
import { type StmTransaction, open, stm } from 'quorum-rx/etcd';
import { startEtcd } from 'quorum-rx/testing';
import { catchError, concatMap, firstValueFrom, lastValueFrom, map, mergeMap, of, range, reduce, tap } from 'rxjs';

const ACCOUNTS = ['anna', 'bert', 'cleo'];
let lossy = false;
const server = await startEtcd({
  faults: ({ operation }) => (lossy && operation === 'txn' ? ((lossy = false), 'cutAfter') : undefined),
});
const etcd = await open(server.endpoints.join());
const accounts = etcd.with({ namespace: 'accounts/', value: json<number>() });
await lastValueFrom(of(...ACCOUNTS).pipe(concatMap((name) => accounts.put(name, 100))));

let attempts = 0;
/** Moves money, if there is enough. Both accounts are read in one request. */
const transfer = (from: string, to: string, amount: number) =>
  stm(
    accounts,
    async (tx: StmTransaction<number>) => {
      attempts++;
      const [has = 0, other = 0] = await Promise.all([tx.get(from), tx.get(to)]);
      if (has < amount) return `${from} has too little`;
      tx.put(from, has - amount);
      tx.put(to, other + amount);
      return `${from} pays ${amount} to ${to}`;
    },
    { prefetch: [from, to], retries: 50 }
  );
const sum = () =>
  firstValueFrom(
    accounts.range({ prefix: '' }).pipe(map(({ entries }) => entries.reduce((all, { value }) => all + value, 0)))
  );

const pairs = (i: number) => [ACCOUNTS[i % 3]!, ACCOUNTS[(i + 1 + (i % 2)) % 3]!] as const;
const paid = await lastValueFrom(
  range(0, 12).pipe(
    mergeMap((i) => transfer(...pairs(i), 10 + i)),
    reduce((count, { value }) => count + (value.includes('pays') ? 1 : 0), 0)
  )
);
console.log(`${paid} of 12 transfers are done, in ${attempts} attempts; the sum is ${await sum()}`);
if ((await sum()) !== 300) throw new Error('money was lost');

const last$ = stm(accounts, async (tx) => {
  tx.put('anna', ((await tx.get('anna')) ?? 0) + 1);
  lossy = true; // the answer to the writes will not come
});
const outcome = await firstValueFrom(
  last$.pipe(
    map(() => 'known'),
    catchError((error: unknown) => of(isCoordinationError(error) ? error.effect : 'a bug')),
    tap((effect) => console.log('the answer was lost; the effect is', effect))
  )
);
console.log('the sum is', await sum(), 'and not more: it was not done twice');
if (outcome !== 'unknown' || (await sum()) !== 301) throw new Error('it should have been done once, unknown to us');

await etcd.close();
await server.stop();
console.log('done');
