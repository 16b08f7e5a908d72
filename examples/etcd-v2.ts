/**
 * Version 2 of etcd's API, in a program that does not care what the server speaks: instances of a service that come and
 * go with their time to live, a queue, and a counter that three workers change. It runs twice, with an etcd 3.5 that
 * has the v2 API, and over version 3 with an etcd 3.6, which has none. Both are in this process.
 * Try: your own servers, in place of `server.endpoints`.
 */
import { isCoordinationError } from 'quorum-rx';
import { open } from 'quorum-rx/etcd';
import { type EtcdV2, openV2, v2OverV3 } from 'quorum-rx/etcd/v2';
import { startEtcd } from 'quorum-rx/testing';
import {
  type Observable,
  catchError,
  concatMap,
  defer,
  filter,
  firstValueFrom,
  forkJoin,
  lastValueFrom,
  map,
  of,
  range,
  throwError,
} from 'rxjs';

const fail = (what: string): never => {
  throw new Error(what);
};

/** Adds one to a number, whatever others do meanwhile. */
function increment(etcd: EtcdV2, key: string): Observable<number> {
  return etcd.get(key, { quorum: true }).pipe(
    concatMap((node) => {
      const next = Number(node?.value ?? 0) + 1;
      const write$ =
        node === undefined
          ? etcd.create(key, String(next))
          : etcd.compareAndSwap(key, String(next), { prevIndex: node.modifiedIndex });
      return write$.pipe(map(() => next));
    }),
    catchError((error: unknown) =>
      isCoordinationError(error, 'TEST_FAILED', 'NODE_EXIST')
        ? increment(etcd, key) // another was faster
        : throwError(() => error)
    )
  );
}

async function demonstrate(etcd: EtcdV2): Promise<void> {
  const instances$ = etcd.watchTree('/services/web').pipe(
    map(({ value }) => (value?.nodes ?? []).map((node) => node.value)),
    map((addresses) => addresses.join(', '))
  );
  const shown = instances$.subscribe((addresses) => console.log(`instances: ${addresses || 'none'}`));
  const gone$ = instances$.pipe(filter((addresses) => addresses === 'http://10.0.0.7'));
  await firstValueFrom(etcd.set('/services/web/a', 'http://10.0.0.7'));
  await firstValueFrom(etcd.set('/services/web/b', 'http://10.0.0.8', { ttl: 1 }));
  await firstValueFrom(gone$); // b does not refresh its key
  shown.unsubscribe();

  for (const job of ['print', 'scan', 'send']) await firstValueFrom(etcd.createInOrder('/jobs', job));
  const jobs = (await firstValueFrom(etcd.get('/jobs', { sorted: true })))?.nodes?.map(({ value }) => value) ?? [];
  console.log(`jobs, in order: ${jobs.join(', ')}`);
  if (jobs.join() !== 'print,scan,send') fail('the order is another one');

  const worker = () => range(1, 10).pipe(concatMap(() => defer(() => increment(etcd, '/count'))));
  await lastValueFrom(forkJoin([worker(), worker(), worker()]));
  const count = (await firstValueFrom(etcd.get('/count', { quorum: true })))?.value;
  console.log(`three workers have counted to ${count}`);
  if (count !== '30') fail('a change was lost, or counted twice');

  const refused$ = etcd.rmdir('/jobs').pipe(
    map(() => 'nothing'),
    catchError((error: unknown) => of(isCoordinationError(error) ? error.code : 'another'))
  );
  console.log(`rmdir of a directory with jobs in it: ${await firstValueFrom(refused$)}`);
  await firstValueFrom(etcd.rmdir('/jobs', { recursive: true }));
}

{
  await using server = await startEtcd({ version: '3.5.9' });
  await using etcd = await openV2(server.endpoints.join());
  console.log('by the v2 API:');
  await demonstrate(etcd);
}
{
  await using server = await startEtcd({ version: '3.6.1' });
  await using etcd = await open(server.endpoints.join());
  console.log('over version 3:');
  await demonstrate(v2OverV3(etcd));
}
