/**
 * Twenty jobs in etcd and three workers. One worker goes home over a job, another loses its lease, and two jobs fail at
 * first: every job is done all the same, urgent ones first. Then a queue that gives each item at most once.
 * Needs no server: an etcd in this process answers.
 * Try: your own cluster, in place of `server.endpoints`, and workers in processes of their own. Kill some.
 */
import { type Item, connect, consume, enqueue, open, simpleQueue } from 'quorum-rx/etcd';
import { startEtcd } from 'quorum-rx/testing';
import {
  type Observable,
  Subject,
  concatMap,
  defer,
  firstValueFrom,
  lastValueFrom,
  map,
  range,
  repeat,
  retry,
  scan,
  switchMap,
  takeWhile,
  timer,
  toArray,
} from 'rxjs';

const JOBS = 20;
const server = await startEtcd();
const etcd = await open(server.endpoints.join());
const bytes = (text: string) => new TextEncoder().encode(text);
const text = ({ data }: Item) => new TextDecoder().decode(data);

const put = (i: number) => enqueue(etcd, 'jobs', bytes(`job ${i}`), { priority: i % 5 === 0 ? 1 : 100 });
await lastValueFrom(range(1, JOBS).pipe(concatMap(put)));

const failing = new Set(['job 4', 'job 12']);
const done$ = new Subject<string>();

/** A worker with a connection and a lease of its own. What fails is put back, and taken again by the first to come. */
const worker = (name: string): Observable<string> =>
  connect(server.endpoints).pipe(
    switchMap((own) =>
      consume(own, 'jobs', (item) => work(name, item), { order: 'priority', ttl: 3000 }).pipe(
        retry({ delay: () => timer(50) })
      )
    ),
    map((job) => `${name} did ${job}`)
  );

const work = (name: string, item: Item): Observable<string> =>
  defer(() => {
    const job = text(item);
    if (failing.delete(job)) {
      console.log(`${name} fails at ${job}, and puts it back`);
      throw new Error(job);
    }
    return timer(20).pipe(map(() => job));
  });

const all = lastValueFrom(
  done$.pipe(
    scan((jobs, line) => jobs.add(line.slice(line.indexOf('job'))), new Set<string>()),
    takeWhile((jobs) => jobs.size < JOBS, true)
  )
);
const workers = ['anna', 'bert', 'cleo'].map((name) => worker(name).subscribe(done$));
await timer(60).forEach(() => workers[0]!.unsubscribe());
console.log('anna goes home: her job is there for others');
const busy = [...server.leases].find(([, keys]) => keys.length > 0);
if (busy !== undefined) {
  server.expireLease(busy[0]);
  console.log('one of the others has lost the lease: that job will be done again');
}

const jobs = await all;
for (const each of workers) each.unsubscribe();
console.log(`${jobs.size} jobs of ${JOBS} are done; the urgent ones first: ${[...jobs].slice(0, 4).sort().join(', ')}`);

const mails = simpleQueue(etcd, 'mails');
await lastValueFrom(range(1, 3).pipe(concatMap((i) => mails.put(bytes(`mail ${i}`)))));
const taken = await firstValueFrom(mails.take({ timeout: 1000 }).pipe(repeat(3), map(text), toArray()));
console.log('taken, each once:', taken.join(', '));
if (taken.join() !== 'mail 1,mail 2,mail 3') throw new Error('they should come in their order');

await etcd.close();
await server.stop();
console.log('done');
