import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BehaviorSubject, filter, firstValueFrom, retry, timer } from 'rxjs';
import { type CoordinationError, type Endpoint, type SessionState, type ZooKeeper, open } from '../../lib/index.js';
import { retryIf } from '../../lib/operators/index.js';
import { type Ensemble, startEnsemble } from '../helpers/zookeeperEnsemble.js';

type Connected = Extract<SessionState, { kind: 'connected' }>;

const connected = (zk: ZooKeeper, matches: (state: Connected) => boolean = () => true) =>
  firstValueFrom(zk.state$.pipe(filter((state): state is Connected => state.kind === 'connected' && matches(state))));
/** Sets a node again and again until it is set. */
const insist = (zk: ZooKeeper, path: string, text: string) =>
  firstValueFrom(zk.set(path, Buffer.from(text)).pipe(retry({ delay: () => timer(50) })));

describe('a client of three ZooKeeper servers', () => {
  let ensemble: Ensemble;
  beforeAll(async () => {
    ensemble = await startEnsemble(3, { localSessions: true });
  });
  afterAll(() => ensemble?.stop());
  const endpointOf = (i: number): Endpoint => ({ host: '127.0.0.1', port: ensemble.servers[i]!.port });

  it('keeps its session, its ephemerals and its watches when the leader is killed', async () => {
    await using zk = await open(ensemble.connectString, { sessionTimeout: 8000 });
    const { id } = await connected(zk);
    await firstValueFrom(zk.create('/kill', Buffer.from('1')));
    await firstValueFrom(zk.create('/kill/e', null, { mode: 'ephemeral' }));
    const watched = firstValueFrom(zk.watch('/kill').pipe(filter(({ value }) => String(value) === '2')));
    const leader = await ensemble.leader();
    await ensemble.servers[leader]!.kill();
    await insist(zk, '/kill', '2');
    expect(await watched).toMatchObject({ kind: 'present' });
    expect(await connected(zk)).toMatchObject({ id, epoch: 1 });
    expect(await firstValueFrom(zk.exists('/kill/e'))).toMatchObject({ ephemeralOwner: id });
    await ensemble.servers[leader]!.start();
    await ensemble.waitForQuorum();
  });

  it('moves to another server when its own falls silent, within the session', async () => {
    await using zk = await open(ensemble.connectString, { sessionTimeout: 3000 });
    const before = await connected(zk);
    const silent = ensemble.servers.find(({ port }) => port === before.endpoint.port)!;
    const at = performance.now();
    silent.freeze();
    try {
      const suspended = await firstValueFrom(zk.state$.pipe(filter(({ kind }) => kind === 'suspended')));
      expect(suspended.epoch).toBe(1);
      expect(performance.now() - at).toBeLessThan(3000);
      const after = await connected(zk, ({ endpoint }) => endpoint.port !== before.endpoint.port);
      expect(after.endpoint).not.toEqual(before.endpoint);
    } finally {
      silent.thaw();
      await ensemble.waitForQuorum();
    }
  });

  it('leaves a server that is taken off the list', async () => {
    const list$ = new BehaviorSubject<readonly Endpoint[]>([endpointOf(0)]);
    await using zk = await open(list$, { sessionTimeout: 8000 });
    const { id } = await connected(zk);
    // makes the session one of the ensemble, not of one server
    await firstValueFrom(zk.create('/moving', null, { mode: 'ephemeral' }));
    list$.next([endpointOf(1), endpointOf(2)]);
    expect(await connected(zk, ({ endpoint }) => endpoint.port !== endpointOf(0).port)).toMatchObject({ id, epoch: 1 });
  });

  it('knows who is in the ensemble', async () => {
    await using zk = await open(ensemble.connectString);
    // a server that was thawed before may yet drop its clients
    const { members } = await firstValueFrom(zk.getConfig({ read: 'strict' }).pipe(retryIf({ idempotent: true })));
    expect(members.map(({ client }) => client?.port).sort()).toEqual(ensemble.servers.map(({ port }) => port).sort());
    expect((await firstValueFrom(zk.watchConfig())).value?.members).toHaveLength(3);
  });

  it('reads from a server without a quorum if it may, and writes again when there is a quorum', async () => {
    const [first, second, third] = ensemble.servers as [
      (typeof ensemble.servers)[0],
      (typeof ensemble.servers)[0],
      (typeof ensemble.servers)[0],
    ];
    await using zk = await open(ensemble.connectString, { sessionTimeout: 4000, readOnly: true });
    await firstValueFrom(zk.create('/ro', Buffer.from('kept')).pipe(retry({ count: 3, delay: () => timer(100) })));
    await Promise.all([second.kill(), third.kill()]);
    await connected(zk, ({ readOnly }) => readOnly);
    expect(String((await firstValueFrom(zk.get('/ro').pipe(retry({ delay: () => timer(50) })))).value)).toBe('kept');
    await expect(firstValueFrom(zk.set('/ro', null))).rejects.toMatchObject({
      code: 'NOT_READ_ONLY',
      effect: 'none',
    } satisfies Partial<CoordinationError>);
    await Promise.all([second.start(), third.start()]);
    await connected(zk, ({ readOnly }) => !readOnly);
    await insist(zk, '/ro', 'written');
    expect(first.running).toBe(true);
  });
});
