// How to test an application of yours: with a ZooKeeper in the test's own process, that does as it is told.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ZooKeeper, connect, json, open } from 'quorum-rx';
import { type EmbeddedZooKeeper, zooKeeperInMemory, startZooKeeper } from 'quorum-rx/testing';
import {
  type Observable,
  VirtualAction,
  VirtualTimeScheduler,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  map,
  switchMap,
} from 'rxjs';

// ---- The application: switches that are kept in ZooKeeper, and that stay as they were while it is away.

interface Switches {
  readonly darkMode: boolean;
}

function switches(zk: ZooKeeper): Observable<Switches & { readonly sure: boolean }> {
  return zk.watch('/switches', { codec: json<Switches>() }).pipe(
    map((node) => ({ darkMode: node.kind === 'present' && node.value.darkMode, sure: !node.stale })),
    distinctUntilChanged((a, b) => a.darkMode === b.darkMode && a.sure === b.sure)
  );
}

// ---- Its tests.

describe('the switches', () => {
  let server: EmbeddedZooKeeper;
  let zk: ZooKeeper & AsyncDisposable;
  beforeEach(async () => {
    server = await startZooKeeper(); // some milliseconds; a port of its own
    zk = await open(server.connectString);
  });
  afterEach(async () => {
    await zk[Symbol.asyncDispose]();
    await server.stop();
  });

  it('are off where nobody has set them', async () => {
    expect(await firstValueFrom(switches(zk))).toEqual({ darkMode: false, sure: true });
  });

  it('follow what an operator writes', async () => {
    const dark = firstValueFrom(switches(zk).pipe(filter(({ darkMode }) => darkMode)));
    await firstValueFrom(zk.create('/switches', { darkMode: true }, { codec: json<Switches>() }));
    expect(await dark).toEqual({ darkMode: true, sure: true });
    expect(server.tree().get('/switches')?.stat.version).toBe(0);
  });

  it('stay as they were while the server is away, and say that they may be old', async () => {
    await firstValueFrom(zk.create('/switches', { darkMode: true }, { codec: json<Switches>() }));
    const states: boolean[] = [];
    const subscription = switches(zk).subscribe(({ sure }) => states.push(sure));
    await firstValueFrom(switches(zk).pipe(filter(({ sure }) => sure)));
    const unsure = firstValueFrom(switches(zk).pipe(filter(({ sure }) => !sure)));
    await server.refuse();
    expect(await unsure).toEqual({ darkMode: true, sure: false });
    const sure = firstValueFrom(switches(zk).pipe(filter((now) => now.sure)));
    await server.accept();
    await sure;
    expect(states).toEqual([true, false, true]);
    subscription.unsubscribe();
  });
});

describe('the switches, in virtual time', () => {
  it('survive the end of the session', () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction, 60_000); // a minute, in no time
    const server = zooKeeperInMemory({ scheduler });
    const seen: string[] = [];
    const app$ = connect('memory', { transport: server.transport(), scheduler }).pipe(switchMap((zk) => switches(zk)));
    const subscription = app$.subscribe(({ sure }) =>
      seen.push(`${scheduler.now() < 10_000 ? 'before' : 'after'}: ${sure ? 'sure' : 'unsure'}`)
    );
    scheduler.schedule(() => server.sessions.forEach((id) => server.expire(id)), 10_000); // the session expires here
    scheduler.schedule(() => subscription.unsubscribe(), 50_000);
    scheduler.flush();
    expect(seen).toEqual(['before: sure', 'after: unsure', 'after: sure']);
  });
});
