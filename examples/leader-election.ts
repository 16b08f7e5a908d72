/**
 * Three candidates; whoever leads writes down its term in a transaction that checks its leadership. The leader leaves,
 * twice.
 * Try: kill -STOP a leader in a process of its own for longer than the session timeout: what it writes when it wakes is
 * refused.
 */
import { type Lease, elect, open, whileLeader } from 'quorum-rx';
import { type Observable, Subject, concatMap, defer, firstValueFrom, ignoreElements, take, tap } from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const ROOT = `/examples/leader-election-${process.pid}`;
const bytesOf = (text: string) => new TextEncoder().encode(text);

const zk = await open(SERVERS);
await firstValueFrom(zk.create(`${ROOT}/terms`, null, { parents: true }));

/** What only the leader may do. It goes on until the leadership is lost, or the candidate leaves. */
const began$ = new Subject<{ readonly name: string; readonly token: bigint }>();
const govern =
  (name: string) =>
  (lease: Lease): Observable<never> =>
    defer(() =>
      lease
        .transaction()
        .create(`${ROOT}/terms/term-`, bytesOf(`${name} ${lease.token}`), { mode: 'persistentSequential' })
        .commit()
    ).pipe(
      tap(() => began$.next({ name, token: lease.token })),
      concatMap(() => new Subject<never>()), // and so on, for as long as it lasts
      ignoreElements()
    );

/** A candidate with a session of its own, as in a process of its own; returns how to leave. */
async function candidate(name: string): Promise<() => Promise<void>> {
  const own = await open(SERVERS);
  const standing = elect(own, `${ROOT}/candidates`, { data: bytesOf(name) })
    .pipe(whileLeader(govern(name)))
    .subscribe();
  return async () => {
    standing.unsubscribe(); // steps back
    await own.close();
  };
}

const terms: { readonly name: string; readonly token: bigint }[] = [];
const leave = new Map<string, () => Promise<void>>();
for (const name of ['anna', 'bert', 'cleo']) {
  const term = terms.length === 0 ? firstValueFrom(began$) : undefined;
  leave.set(name, await candidate(name));
  if (term !== undefined) terms.push(await term);
}
while (true) {
  const { name, token } = terms.at(-1)!;
  console.log(`${name} leads, with token ${token}`);
  if (terms.length === 3) break;
  const next = firstValueFrom(began$.pipe(take(1)));
  await leave.get(name)!();
  leave.delete(name);
  console.log(`${name} leaves`);
  terms.push(await next);
}
for (const each of leave.values()) await each();

if (new Set(terms.map(({ name }) => name)).size !== 3) throw new Error('each should have led once');
if (terms.some(({ token }, i) => i > 0 && token <= terms[i - 1]!.token)) throw new Error('tokens should grow');
await firstValueFrom(zk.delete(ROOT, { recursive: true }));
await zk.close();
console.log('done');
