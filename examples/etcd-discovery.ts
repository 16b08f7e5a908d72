/**
 * Three instances of a service in etcd, and a client that always knows which there are, and asks one after the other.
 * One changes its payload, one goes, and one loses its lease: it comes again, with a higher token.
 * Needs no server: an etcd in this process answers.
 * Try: your own cluster, in place of `server.endpoints`, and instances in processes of their own. Kill one.
 */
import { type FencedInstances, open, pick, register, watchInstances } from 'quorum-rx/etcd';
import { startEtcd } from 'quorum-rx/testing';
import { BehaviorSubject, filter, firstValueFrom, shareReplay } from 'rxjs';

interface Payload {
  readonly load: number;
}

const server = await startEtcd();
const etcd = await open(server.endpoints.join());
const load$ = new BehaviorSubject<Payload>({ load: 1 });
const registrations = [8081, 8082, 8083].map((port) =>
  register(
    etcd,
    'services',
    { name: 'search', id: `search-${port}`, address: '10.0.0.7', port, payload: port === 8082 ? load$ : { load: 1 } },
    { ttl: 3000 } // so long an instance is seen after a crash
  ).subscribe()
);

const instances$ = watchInstances<Payload>(etcd, 'services', 'search').pipe(
  shareReplay({ bufferSize: 1, refCount: true })
);
const following = instances$.subscribe(({ instances, tokens }) => {
  const all = instances.map(({ id, port, payload }) => `${port} (load ${payload.load}, token ${tokens.get(id)})`);
  console.log('instances:', all.join(', ') || 'none');
});
const until = (matches: (now: FencedInstances<Payload>) => boolean) =>
  firstValueFrom(instances$.pipe(filter((now) => !now.stale && matches(now))));

const three = await until(({ instances }) => instances.length === 3);
const picker = await firstValueFrom(instances$.pipe(pick({ failures: 1 })));
const asked = [1, 2, 3].map(() => picker.next()!.port);
console.log('one after the other:', asked.join(', '));
if (new Set(asked).size !== 3) throw new Error('each should have been asked once');

load$.next({ load: 7 });
await until(({ instances }) => instances.some(({ payload }) => payload.load === 7));
registrations[0]!.unsubscribe();
await until(({ instances }) => instances.length === 2);

const [lease] = [...server.leases].find(([, keys]) => keys.includes('services/search/search-8083'))!;
server.expireLease(lease);
const again = await until(({ tokens }) => (tokens.get('search-8083') ?? 0n) > three.tokens.get('search-8083')!);
console.log('8083 has lost its lease, and is there again; its token is now', again.tokens.get('search-8083'));

following.unsubscribe();
for (const registration of registrations) registration.unsubscribe();
await etcd.close();
await server.stop();
console.log('done');
