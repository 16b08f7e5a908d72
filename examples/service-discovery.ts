/**
 * Three instances of a service; a client that always knows which there are, and asks one after the other. One of them
 * fails, one changes what it says of itself, one goes.
 * Try: instances in processes of their own, and kill one: it is gone with its session.
 */
import { type Instances, open, pick, register, watchInstances } from 'quorum-rx';
import { BehaviorSubject, filter, firstValueFrom, shareReplay } from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const ROOT = `/examples/service-discovery-${process.pid}`;

interface Payload {
  readonly load: number;
}

const zk = await open(SERVERS);
const load$ = new BehaviorSubject<Payload>({ load: 1 });
const registrations = [8081, 8082, 8083].map((port) =>
  register(zk, ROOT, {
    name: 'search',
    id: `search-${port}`,
    address: '10.0.0.7',
    port,
    payload: port === 8082 ? load$ : { load: 1 },
  }).subscribe()
);

const instances$ = watchInstances<Payload>(zk, ROOT, 'search').pipe(shareReplay({ bufferSize: 1, refCount: true }));
const following = instances$.subscribe(({ instances }) =>
  console.log('instances:', instances.map(({ port, payload }) => `${port} (load ${payload.load})`).join(', ') || 'none')
);
const until = (matches: (now: Instances<Payload>) => boolean) =>
  firstValueFrom(instances$.pipe(filter((now) => !now.stale && matches(now))));

await until(({ instances }) => instances.length === 3);
const picker = await firstValueFrom(instances$.pipe(pick({ failures: 1 })));
const asked = [1, 2, 3].map(() => picker.next()!);
console.log('one after the other:', asked.map(({ port }) => port).join(', '));
if (new Set(asked).size !== 3) throw new Error('each should have been asked once');

picker.failed(asked[0]!);
const others = new Set([1, 2, 3, 4].map(() => picker.next()!.port));
console.log(`${asked[0]!.port} has failed; then:`, [...others].join(', '));
if (others.has(asked[0]!.port)) throw new Error('the one that failed should be passed over');

load$.next({ load: 7 });
await until(({ instances }) => instances.some(({ payload }) => payload.load === 7));
registrations[0]!.unsubscribe();
await until(({ instances }) => instances.length === 2);

following.unsubscribe();
for (const registration of registrations) registration.unsubscribe();
await firstValueFrom(zk.delete(ROOT, { recursive: true }));
await zk.close();
console.log('done');
