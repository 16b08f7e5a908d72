import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { CREATOR_ALL_ACL, digestMd5, open } from '../../lib/index.js';
import type { RealServer } from '../helpers/realServer.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';

const BOB = { username: 'bob', password: 'bobsecret' };

describe('SASL DIGEST-MD5 with ZooKeeper', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await startZooKeeper({ sasl: { users: { [BOB.username]: BOB.password }, required: true } });
  });
  afterAll(() => server?.stop());

  it('proves who one is, before any request and again after every reconnect', async () => {
    await using zk = await open(server.connectString, { sasl: digestMd5(BOB) });
    await firstValueFrom(zk.create('/mine', null, { acl: CREATOR_ALL_ACL }));
    expect(await firstValueFrom(zk.whoAmI())).toContainEqual({ scheme: 'sasl', user: 'bob' });
    const suspended = firstValueFrom(zk.expired$, { defaultValue: 'closed without a loss' });
    await server.restart();
    expect((await firstValueFrom(zk.getAcl('/mine'))).acl).toEqual([{ permissions: 31, scheme: 'sasl', id: 'bob' }]);
    await zk[Symbol.asyncDispose]();
    await expect(suspended).resolves.toBe('closed without a loss');
  });

  it('ends a session for good when the password is wrong', async () => {
    await expect(open(server.connectString, { sasl: digestMd5({ ...BOB, password: 'wrong' }) })).rejects.toMatchObject({
      layer: 'session',
      code: 'AUTH_FAILED',
    });
  });

  it('is demanded: a request of somebody who did not log in ends the session for good', async () => {
    const zk = await open(server.connectString);
    await expect(firstValueFrom(zk.get('/mine'))).rejects.toMatchObject({ code: 'AUTH_FAILED', effect: 'none' });
    await expect(firstValueFrom(zk.get('/mine'))).rejects.toMatchObject({ layer: 'session' });
  });
});

describe('SASL with a server that knows nothing of it', () => {
  it('fails, and says so', async () => {
    await using plain = await startZooKeeper();
    await expect(open(plain.connectString, { sasl: digestMd5(BOB) })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('does not know SASL'),
    });
  });
});
