import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, forkJoin, switchMap } from 'rxjs';
import { json, utf8 } from '../../../../lib/core/codecs.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { connect } from '../../../../lib/etcd/v3/connect.js';
import { open } from '../../../../lib/etcd/v3/open.js';
import { etcdIsFrom } from '../../../helpers/etcdUnderTest.js';
import { type RealEtcdCluster, startRealEtcd } from '../../../helpers/realEtcd.js';
import { waitFor, waitForValue } from '../../../helpers/waitFor.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let cluster: RealEtcdCluster;
  let etcd: Etcd;
  withRealEtcd({ transport }, (client, real) => {
    etcd = client;
    cluster = real;
  });

  const codeOf = (request$: Observable<unknown>) =>
    firstValueFrom(request$).then(
      () => 'done',
      (error: { code: string; path?: string }) => `${error.code} ${error.path}`
    );

  describe('the administration of users', () => {
    it('adds, lists and deletes them', async () => {
      const { users } = etcd.auth;
      await firstValueFrom(users.add('ann', 'secret'));
      await firstValueFrom(users.add('certificate', null));
      expect(await codeOf(users.add('ann', 'other'))).toBe('USER_EXISTS ann');
      expect([...(await firstValueFrom(users.list()))].sort()).toEqual(['ann', 'certificate']);
      await firstValueFrom(users.changePassword('ann', 'new'));
      expect(await firstValueFrom(users.get('ann'))).toEqual([]);
      await firstValueFrom(users.delete('certificate'));
      expect(await codeOf(users.get('certificate'))).toBe('USER_NOT_FOUND certificate');
      expect(await codeOf(users.delete('certificate'))).toBe('USER_NOT_FOUND certificate');
    });

    it('gives them roles, and takes roles away', async () => {
      const { users, roles } = etcd.auth;
      await firstValueFrom(users.add('bob', ''));
      await firstValueFrom(roles.add('reader'));
      expect(await codeOf(users.grantRole('bob', 'nobody'))).toBe('ROLE_NOT_FOUND bob');
      await firstValueFrom(users.grantRole('bob', 'reader'));
      expect(await firstValueFrom(users.get('bob'))).toEqual(['reader']);
      await firstValueFrom(users.revokeRole('bob', 'reader'));
      expect(await codeOf(users.revokeRole('bob', 'reader'))).toBe('ROLE_NOT_GRANTED bob');
    });

    it('gives roles access to keys and to ranges of every kind, in the words of the house', async () => {
      const { roles } = etcd.auth;
      await firstValueFrom(roles.add('all'));
      expect(await codeOf(roles.add('all'))).toBe('ROLE_EXISTS all');
      const all = [
        { access: 'readwrite', keys: 'a' },
        { access: 'read', keys: { prefix: 'b/' } },
        { access: 'write', keys: { from: 'c', to: 'e' } },
        { access: 'readwrite', keys: { from: 'x' } },
        { access: 'read', keys: { prefix: '' } },
      ] as const;
      for (const { access, keys } of all) await firstValueFrom(roles.grantPermission('all', access, keys));
      const { permissions, others } = await firstValueFrom(roles.get('all'));
      expect(others).toBe(0);
      expect(permissions).toHaveLength(all.length);
      expect(permissions).toEqual(expect.arrayContaining([...all]));
      for (const { keys } of all) await firstValueFrom(roles.revokePermission('all', keys));
      expect(await firstValueFrom(roles.get('all'))).toEqual({ permissions: [], others: 0 });
      expect(await codeOf(roles.revokePermission('all', 'a'))).toBe('PERMISSION_NOT_GRANTED all');
      await firstValueFrom(roles.delete('all'));
      expect(await codeOf(roles.get('all'))).toBe('ROLE_NOT_FOUND all');
    });

    it('keeps the permissions of a view inside of its namespace', async () => {
      const app = etcd.with({ namespace: 'app/', key: json<number[]>() }).auth.roles;
      await firstValueFrom(app.add('app'));
      await firstValueFrom(app.grantPermission('app', 'read', [7]));
      await firstValueFrom(app.grantPermission('app', 'write', { from: [1], to: [2] }));
      await firstValueFrom(etcd.auth.roles.grantPermission('app', 'read', 'outside'));
      await firstValueFrom(etcd.auth.roles.grantPermission('app', 'read', { prefix: '' }));
      expect(await firstValueFrom(app.get('app'))).toEqual({
        permissions: [
          { access: 'write', keys: { from: [1], to: [2] } },
          { access: 'read', keys: [7] },
        ],
        others: 2,
      });
      const text = etcd.with({ namespace: 'app/' }).auth.roles;
      await firstValueFrom(text.grantPermission('app', 'readwrite', { prefix: '' }));
      expect((await firstValueFrom(text.get('app'))).permissions).toContainEqual({
        access: 'readwrite',
        keys: { prefix: '' },
      });
      expect((await firstValueFrom(etcd.auth.roles.get('app'))).permissions).toContainEqual({
        access: 'readwrite',
        keys: { prefix: 'app/' },
      });
    });

    it('names a bad argument, and does not show a password', async () => {
      const { users, roles } = etcd.auth;
      const bad = [
        [users.add(1 as never, 'x'), 'name'],
        [users.add('a', 4711 as never), 'password'],
        [users.changePassword('a', undefined as never), 'password'],
        [users.grantRole('a', null as never), 'role'],
        [roles.grantPermission('a', 'all' as never, 'k'), 'access'],
        [roles.grantPermission('a', 'read', ''), 'keys'],
        [roles.revokePermission('a', { from: 'a', to: '' }), 'keys.to'],
        [users.list({ more: 1 } as never), 'options.more'],
      ] as const;
      for (const [request$, argument] of bad) {
        const failed = firstValueFrom(request$ as Observable<unknown>);
        await expect(failed).rejects.toMatchObject({ layer: 'usage', argument });
        await expect(failed).rejects.not.toThrow(/4711/);
      }
    });

    it('needs a user root with the role root, before it lets nobody else in', async () => {
      const { auth } = etcd;
      expect(await codeOf(auth.enable())).toBe('NO_ROOT_USER undefined');
      expect(await codeOf(auth.status())).toBe(etcdIsFrom(5) ? 'done' : 'UNIMPLEMENTED undefined');
      await firstValueFrom(auth.users.add('root', 'r'));
      expect(await codeOf(auth.enable())).toBe('NO_ROOT_ROLE undefined');
      await firstValueFrom(auth.roles.add('root'));
      await firstValueFrom(auth.users.grantRole('root', 'root'));
      await firstValueFrom(auth.enable());
      expect(await codeOf(etcd.get('a'))).toBe('USER_EMPTY a');
      await using root = await open(cluster.endpoints, { transport, user: { name: 'root', password: 'r' } });
      expect(await firstValueFrom(root.auth.users.get('root'))).toEqual(['root']);
      await firstValueFrom(root.auth.disable());
      expect(await codeOf(etcd.get('a'))).toBe('done');
    });
  });

  describe('a client with a user', () => {
    const password = 'secret';
    let root: Etcd & AsyncDisposable;
    beforeAll(async () => {
      const { auth } = etcd;
      await firstValueFrom(auth.users.add('app', password));
      await firstValueFrom(auth.roles.add('app role'));
      await firstValueFrom(auth.roles.grantPermission('app role', 'readwrite', { prefix: 'app/' }));
      await firstValueFrom(auth.users.grantRole('app', 'app role'));
      await firstValueFrom(auth.enable());
      root = await open(cluster.endpoints, { transport, user: { name: 'root', password: 'r' } });
    });
    afterAll(async () => {
      await firstValueFrom(root.auth.disable());
      await root[Symbol.asyncDispose]();
    });
    const app = (more = {}) => open(cluster.endpoints, { transport, user: { name: 'app', password }, ...more });

    it('may do what the roles allow, until a permission is revoked', async () => {
      await using client = await app();
      expect(await codeOf(client.with({ value: utf8 }).put('app/a', 'x'))).toBe('done');
      expect(await codeOf(client.get('other'))).toBe('PERMISSION_DENIED other');
      expect(await codeOf(client.auth.users.list())).toBe('PERMISSION_DENIED undefined');
      expect(await codeOf(client.maintenance.snapshot())).toBe('PERMISSION_DENIED undefined');
      expect(await codeOf(client.maintenance.status({ endpoint: cluster.endpoints }))).toBe('done');
      await firstValueFrom(root.auth.roles.grantPermission('app role', 'read', 'app/b'));
      await firstValueFrom(root.auth.roles.revokePermission('app role', { prefix: 'app/' }));
      expect(await codeOf(client.get('app/a'))).toBe('PERMISSION_DENIED app/a');
      expect(await codeOf(client.get('app/b'))).toBe('done');
      await firstValueFrom(root.auth.roles.grantPermission('app role', 'readwrite', { prefix: 'app/' }));
      expect(await codeOf(client.get('app/a'))).toBe('done');
    });

    it('goes on when its tokens have ended', async () => {
      await using client = await app();
      const resent: string[] = [];
      client.diagnostics$.subscribe((it) => it.kind === 'resending' && resent.push(it.error.code));
      expect(await codeOf(client.get('app/a'))).toBe('done');
      await firstValueFrom(root.auth.users.changePassword('app', password)); // tokens end even so
      const requests = Array.from({ length: 20 }, (_, i) => client.put(`app/${i}`, new Uint8Array(1)));
      expect(await codeOf(forkJoin(requests))).toBe('done');
      expect(resent).toEqual(Array.from({ length: 20 }, () => 'INVALID_TOKEN'));
    });

    it('goes on when authentication is switched off and on', async () => {
      await using client = await app();
      expect(await codeOf(client.get('app/a'))).toBe('done');
      await firstValueFrom(root.auth.disable());
      expect(await codeOf(client.get('other'))).toBe('done');
      await firstValueFrom(root.auth.enable());
      expect(await codeOf(client.get('app/a'))).toBe('done');
      expect(await codeOf(client.get('other'))).toBe('PERMISSION_DENIED other');
    });

    it('is refused when its password was changed, and goes on when it is the same again', async () => {
      await using client = await app();
      expect(await codeOf(client.get('app/a'))).toBe('done');
      await firstValueFrom(root.auth.users.changePassword('app', 'other'));
      const both = [client.get('app/a'), client.put('app/a', new Uint8Array(1))].map(codeOf);
      expect(await Promise.all(both)).toEqual(['AUTH_FAILED app/a', 'AUTH_FAILED app/a']);
      expect(client.state).toMatchObject({ kind: 'connecting', cause: { code: 'AUTH_FAILED' } });
      expect(await codeOf(client.get('app/a'))).toBe('AUTH_FAILED app/a');
      await firstValueFrom(root.auth.users.changePassword('app', password));
      await waitForValue(client.state$, ({ kind }) => kind === 'connected');
      expect(await codeOf(client.get('app/a'))).toBe('done');
    });

    it('has its requests refused at once when the password is wrong', async () => {
      const client$ = connect(cluster.endpoints, { transport, user: { name: 'app', password: 'wrong' } });
      await expect(firstValueFrom(client$.pipe(switchMap((it) => it.get('app/a'))))).rejects.toMatchObject({
        ...{ code: 'AUTH_FAILED', layer: 'server', effect: 'none', operation: 'get', path: 'app/a' },
      });
      const elsewhere = (it: Etcd) => it.maintenance.status({ endpoint: cluster.endpoints });
      expect(await codeOf(client$.pipe(switchMap(elsewhere)))).toBe('AUTH_FAILED undefined');
      expect(await codeOf(client$.pipe(switchMap((it) => it.maintenance.snapshot())))).toBe('AUTH_FAILED undefined');
    });
  });

  describe('a token that was not used for longer than its time', () => {
    it('is replaced by a new one, without a word', async () => {
      await using short = await startRealEtcd({
        args: ['--auth-token-ttl', '1', '--logger', 'zap', '--log-level', 'debug'],
      });
      const [member] = short.members;
      await using admin = await open(short.endpoints, { transport });
      await firstValueFrom(admin.auth.users.add('root', 'r'));
      await firstValueFrom(admin.auth.roles.add('root'));
      await firstValueFrom(admin.auth.users.grantRole('root', 'root'));
      await firstValueFrom(admin.auth.enable());
      await using root = await open(short.endpoints, { transport, user: { name: 'root', password: 'r' } });
      const resent: string[] = [];
      root.diagnostics$.subscribe((it) => it.kind === 'resending' && resent.push(it.error.code));
      expect(await codeOf(root.get('a'))).toBe('done');
      await waitFor(() => /deleted a simple token/.test(member!.log()), {
        timeout: 20_000,
        what: 'the end of a token',
      });
      expect(await codeOf(root.get('a'))).toBe('done');
      expect(resent).toEqual(['INVALID_TOKEN']);
      await waitFor(() => member!.log().match(/deleted a simple token/g)!.length > 1, {
        what: 'the end of the next token',
      });
      expect(await codeOf(root.maintenance.defragment())).toBe('done'); // is refused in other words
      expect(resent).toEqual(['INVALID_TOKEN', 'INVALID_TOKEN']);
      expect(await codeOf(root.maintenance.snapshot())).toBe('done');
    });
  });
});
