import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, Subscription, firstValueFrom } from 'rxjs';
import type { EtcdV2 } from '../../../../lib/etcd/v2/client/etcdV2.js';
import { V2_SERVERS, type V2Server } from '../../../helpers/v2Servers.js';
import { waitFor } from '../../../helpers/waitFor.js';

const BACKOFF = { min: 20, max: 100 };
const now = <T>(value$: Observable<T>): Promise<T> => firstValueFrom(value$);
/** Over version 3 users and roles are other ones: see overV3/v3Users.spec.ts. */
const SERVERS = V2_SERVERS.filter(([, isOverV3]) => !isOverV3);

describe.each(SERVERS)('users and roles of etcd v2 at %s', (_, _isOverV3, start) => {
  let server: V2Server;
  let guest: EtcdV2;
  let root: EtcdV2;
  let alice: EtcdV2;
  const open = (name: string, password: string) => server.open({ user: { name, password }, backoff: BACKOFF });
  beforeAll(async () => {
    server = await start();
    guest = await server.open({ backoff: BACKOFF });
    [root, alice] = await Promise.all([open('root', 'rootpw'), open('alice', 'alicepw')]);
  });
  afterAll(async () => {
    await Promise.all([guest, root, alice].map((client) => client?.close()));
    await server?.stop();
  });

  it('are made, changed and told', async () => {
    expect(await now(guest.auth.enabled())).toBe(false);
    expect(await now(guest.auth.users())).toEqual([]);
    await expect(now(guest.auth.enable())).rejects.toMatchObject({ code: 'CONFLICT', number: 409, effect: 'none' });
    await now(guest.auth.putUser('root', 'rootpw'));
    await now(guest.auth.putUser('alice', 'alicepw'));
    const rights = { read: ['/app/*'], write: ['/app/w*'] };
    expect(await now(guest.auth.createRole('app', rights))).toEqual({ role: 'app', ...rights });
    await expect(now(guest.auth.createRole('app', rights))).rejects.toMatchObject({
      code: 'CONFLICT',
      words: 'auth: Role app already exists.',
    });
    await now(guest.auth.grantPermissions('app', { read: ['/shared'] }));
    expect(await now(guest.auth.getRole('app'))).toMatchObject({ read: ['/app/*', '/shared'] });
    await now(guest.auth.revokePermissions('app', { read: ['/shared'] }));
    await now(guest.auth.grantRoles('alice', ['app']));
    await expect(now(guest.auth.grantRoles('alice', ['app']))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await now(guest.auth.getUser('alice'))).toEqual({ user: 'alice', roles: ['app'] });
    expect((await now(guest.auth.roles())).map(({ role }) => role)).toEqual(['app', 'root']);
    await expect(now(guest.auth.getUser('nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('say who may do what, once they are enabled', async () => {
    await now(guest.set('app/x', '1'));
    await now(root.auth.enable());
    expect(await now(guest.auth.enabled())).toBe(true);
    await now(root.auth.revokePermissions('guest', { read: ['/*'], write: ['/*'] }));
    const denied = { code: 'UNAUTHORIZED', layer: 'server', effect: 'none' };
    await expect(now(guest.get('app/x'))).rejects.toMatchObject({ ...denied, number: 110 });
    await expect(now(guest.auth.users())).rejects.toMatchObject({ ...denied, number: 401 });
    expect((await now(alice.get('app/x')))?.value).toBe('1');
    await now(alice.set('app/w1', '2'));
    await expect(now(alice.set('app/x', '2'))).rejects.toMatchObject(denied);
    expect((await now(root.auth.users())).map(({ user }) => user)).toEqual(['alice', 'root']);
    const stranger = await open('alice', 'wrong');
    await expect(now(stranger.get('app/x'))).rejects.toMatchObject(denied);
    await stranger.close();
  });

  it('let a watcher see a key when it gets the right to', async () => {
    const seen: Array<[string, string | undefined]> = [];
    const subscription = new Subscription();
    subscription.add(alice.watch('other').subscribe(({ kind, value }) => seen.push([kind, value])));
    await waitFor(() => seen.length === 1, { what: 'a denial' });
    await expect(now(alice.events('other'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await now(root.set('other', 'x'));
    await now(root.auth.grantPermissions('app', { read: ['/other'] }));
    await waitFor(() => seen.length === 2, { what: 'the value' });
    subscription.unsubscribe();
    expect(seen).toEqual([
      ['denied', undefined],
      ['present', 'x'],
    ]);
  });

  it('go again', async () => {
    await now(root.auth.revokeRoles('alice', ['app']));
    await now(root.auth.deleteRole('app'));
    await now(root.auth.disable());
    await now(guest.auth.deleteUser('alice'));
    await expect(now(guest.auth.deleteUser('alice'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await now(guest.exists('app/x'))).toBe(true);
  });
});
