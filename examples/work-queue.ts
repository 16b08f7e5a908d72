/**
 * Twenty jobs and three workers. One worker loses its session over a job, another has jobs that fail at first: every
 * job is done all the same, and none is lost.
 * Try: more workers, in processes of their own, and kill some of them.
 */
import { type Item, connect, consume, enqueue, open } from 'quorum-rx';
import {
  type Observable,
  Subject,
  concatMap,
  defer,
  firstValueFrom,
  map,
  range,
  retry,
  scan,
  switchMap,
  takeWhile,
  timer,
  lastValueFrom,
} from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const ROOT = `/examples/work-queue-${process.pid}`;
const JOBS = 20;

const zk = await open(SERVERS);
await lastValueFrom(range(1, JOBS).pipe(concatMap((i) => enqueue(zk, ROOT, new TextEncoder().encode(`job ${i}`)))));

const failing = new Set(['job 5', 'job 12']);
const done$ = new Subject<string>();

/** A worker with a session of its own. What fails is put back, and taken again: by whoever comes first. */
const worker = (name: string): Observable<string> =>
  connect(SERVERS).pipe(
    switchMap((own) => consume(own, ROOT, (item) => work(name, item)).pipe(retry({ delay: () => timer(50) }))),
    map((job) => `${name} did ${job}`)
  );

const work = (name: string, { data }: Item): Observable<string> =>
  defer(() => {
    const job = new TextDecoder().decode(data ?? undefined);
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
await timer(100).forEach(() => workers[0]!.unsubscribe());
console.log('anna goes home: whatever she was at is there for others');

const jobs = await all;
for (const each of workers) each.unsubscribe();
console.log(`${jobs.size} jobs of ${JOBS} are done`);
await firstValueFrom(zk.delete(ROOT, { recursive: true }).pipe(retry({ count: 5, delay: () => timer(100) })));
await zk.close();
console.log('done');
