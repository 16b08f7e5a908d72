import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import { open as openEtcd } from '../../../../../lib/etcd/index.js';
import { type EtcdV2, v2OverV3 } from '../../../../../lib/etcd/v2/index.js';
import { startEtcd } from '../../../../../lib/testing/index.js';
import { etcdIsFrom } from '../../../../helpers/etcdUnderTest.js';
import { startRealEtcd } from '../../../../helpers/realEtcd.js';

const now = <T>(value$: Observable<T>): Promise<T> => firstValueFrom(value$);
const BACKOFF = { min: 20, max: 100 };

describe.each([
  ['a real etcd', () => startRealEtcd(), etcdIsFrom(5)],
  ['the embedded etcd 3.6', () => startEtcd({ version: '3.6.0' }), true],
] as const)('users and roles of version 2 over version 3 of %s', (_, start, tellsEnabled) => {
  let server: Awaited<ReturnType<typeof start>>;
  let guest: EtcdV2;
  const clients: EtcdV2[] = [];
  const open = async (name?: string, password = '') => {
    const user = name === undefined ? {} : { user: { name, password } };
    const client = v2OverV3(await openEtcd(String(server.endpoints), { ...user, backoff: BACKOFF }));
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    server = await start();
    guest = await open();
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server?.stop();
  });

  it('are made, changed and told', async () => {
    const { auth } = guest;
    if (tellsEnabled) expect(await now(auth.enabled())).toBe(false);
    else await expect(now(auth.enabled())).rejects.toMatchObject({ code: 'UNSUPPORTED', operation: 'auth.enabled' });
    expect(await now(auth.users())).toEqual([]);
    await expect(now(auth.enable())).rejects.toMatchObject({ code: 'CONFLICT', number: 409, effect: 'none' });
    await now(auth.putUser('root', 'rootpw'));
    await now(auth.putUser('root', 'rootpw'));
    await now(auth.putUser('alice', 'wrong'));
    await now(auth.putUser('alice', 'alicepw'));
    const rights = { read: ['/app/*', '/both'], write: ['/app/w*', '/both'] };
    expect(await now(auth.createRole('app', rights))).toEqual({ role: 'app', ...rights });
    await expect(now(auth.createRole('app', rights))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await now(auth.getRole('app'))).toEqual({ role: 'app', ...rights });
    await now(auth.grantPermissions('app', { read: ['/app/w*', '/shared'] }));
    expect(await now(auth.getRole('app'))).toEqual({
      ...{ role: 'app', read: ['/app/*', '/app/w*', '/both', '/shared'], write: ['/app/w*', '/both'] },
    });
    await expect(now(auth.grantPermissions('app', { read: ['/shared'] }))).rejects.toMatchObject({ code: 'CONFLICT' });
    await now(auth.revokePermissions('app', { read: ['/shared', '/app/w*'], write: ['/both'] }));
    expect(await now(auth.getRole('app'))).toEqual({ role: 'app', read: ['/app/*', '/both'], write: ['/app/w*'] });
    await expect(now(auth.revokePermissions('app', { read: ['/none'] }))).rejects.toMatchObject({
      ...{ code: 'BAD_REQUEST' },
    });
    await now(auth.grantRoles('alice', ['app']));
    await expect(now(auth.grantRoles('alice', ['app']))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await now(auth.getUser('alice'))).toEqual({ user: 'alice', roles: ['app'] });
    expect((await now(auth.users())).map(({ user }) => user)).toEqual(['alice', 'root']);
    expect((await now(auth.roles())).map(({ role }) => role)).toEqual(['app', 'root']);
    await expect(now(auth.getUser('nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND', number: 404 });
    await expect(now(auth.revokeRoles('alice', ['root']))).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('say who may do what, once they are enabled', async () => {
    await now(guest.set('app/x', '1'));
    await now(guest.auth.enable());
    const [root, alice] = await Promise.all([open('root', 'rootpw'), open('alice', 'alicepw')]);
    expect((await now(alice.get('app/x')))?.value).toBe('1');
    const denied = { code: 'UNAUTHORIZED', number: 110, layer: 'server', effect: 'none' };
    await expect(now(alice.set('app/x', '2'))).rejects.toMatchObject({ ...denied, path: '/app/x', operation: 'set' });
    await expect(now(alice.get('other'))).rejects.toMatchObject(denied);
    await now(root.set('app/x', '3'));
    await expect(now(alice.set('app/w1', '2'))).rejects.toMatchObject(denied); // not without the directory above
    await now(root.auth.grantPermissions('app', { read: ['/app'] }));
    await now(alice.set('app/w1', '2'));
    expect((await now(root.auth.getUser('alice'))).roles).toEqual(['app']);
    await now(root.auth.disable());
    await now(guest.auth.deleteUser('alice'));
    await now(guest.auth.deleteRole('app'));
    await expect(now(guest.auth.deleteUser('alice'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
