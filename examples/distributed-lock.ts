/**
 * A lock as a resource that is given back at the end of its block; and what becomes of the work when the lock is lost:
 * here because somebody deletes its node by hand.
 * Try: two copies of this program at the same time.
 */
import { acquire, isCoordinationError, lock, open } from 'quorum-rx';
import { type Observable, catchError, firstValueFrom, of } from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const ROOT = '/examples/distributed-lock';
const codeOf = (request$: Observable<unknown>) =>
  firstValueFrom(
    request$.pipe(catchError((error: unknown) => of(isCoordinationError(error) ? error.code : 'not one of ours')))
  );

const [mine, other] = [await open(SERVERS), await open(SERVERS)];

{
  await using held = await acquire(lock(mine, ROOT));
  const { lease } = held;
  console.log('held, with token', lease.token);
  const refused = await codeOf(lock(other, ROOT, { timeout: 0 }));
  console.log('another client, which will not wait:', refused);
  if (refused !== 'NOT_ACQUIRED') throw new Error('two hold the lock');
  console.log('given back at the end of the block');
}

{
  await using held = await acquire(lock(other, ROOT));
  const { lease } = held;
  console.log('held by the other, with token', lease.token);
  const lost = new Promise<void>((done) => lease.signal.addEventListener('abort', () => done(), { once: true }));
  await firstValueFrom(mine.delete(lease.path));
  await lost; // what was handed `lease.signal`, such as fetch, has ended too
  console.log('somebody deleted its node: the work is aborted');
  const late = await codeOf(lease.transaction().create(`${ROOT}/never`).commit());
  console.log('a late write that goes through the lease:', late);
  if (late === undefined || (await firstValueFrom(mine.exists(`${ROOT}/never`))) !== null)
    throw new Error('the late write should have been refused');
}

await firstValueFrom(mine.delete(ROOT, { recursive: true }));
for (const zk of [mine, other]) await zk.close();
console.log('done');
