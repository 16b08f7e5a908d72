import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { type Acl, type ZooKeeper, open } from '../../lib/index.js';
import { startZooKeeper as startEmbedded } from '../../lib/testing/index.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';

const one = firstValueFrom;
const digest = (id: string): Acl => ({ permissions: 31, scheme: 'digest', id: `${id}:x1nq8J5GOJVPY6zgzhtTtA9izLc=` });
const anyone: Acl = { permissions: 31, scheme: 'world', id: 'anyone' };

describe.each<[string, () => Promise<{ readonly connectString: string; stop(): Promise<unknown> }>]>([
  ['ZooKeeper', startZooKeeper],
  ['the embedded server', startEmbedded],
])('what %s has said', (_, start) => {
  let server: Awaited<ReturnType<typeof start>>;
  let zk: ZooKeeper & AsyncDisposable;
  beforeAll(async () => {
    server = await start();
    zk = await open(server.connectString);
  });
  afterAll(async () => {
    await zk?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  it.each<[string, Acl]>([
    ['no permission', { ...anyone, permissions: 0 }],
    ['bits that mean nothing', { ...anyone, permissions: 32 }],
    ['all bits', { ...anyone, permissions: -1 }],
    ['the largest number', { ...anyone, permissions: 2 ** 31 - 1 }],
    ['a user outside the BMP', digest('a😀b')],
    ['a user of other characters', digest('é€\ufffd日')],
  ])('can be said to it again: an ACL with %s', async (name, entry) => {
    const path = `/${name.replaceAll(' ', '-')}`;
    await one(zk.create(path, null, { acl: [entry, anyone] }));
    const { acl } = await one(zk.getAcl(path));
    expect(acl).toEqual([entry, anyone]);
    await one(zk.setAcl(path, acl));
    expect((await one(zk.getAcl(path))).acl).toEqual(acl);
  });

  it('can be said to it again: a version below 0, which is compared like any other', async () => {
    await one(zk.create('/version'));
    for (const version of [-2, -(2 ** 31)]) {
      await expect(one(zk.set('/version', null, { version }))).rejects.toMatchObject({ code: 'BAD_VERSION' });
      await expect(one(zk.delete('/version', { version }))).rejects.toMatchObject({ code: 'BAD_VERSION' });
      await expect(one(zk.setAcl('/version', [anyone], { version }))).rejects.toMatchObject({ code: 'BAD_VERSION' });
      await expect(one(zk.transaction().check('/version', { version }).commit())).rejects.toMatchObject({
        code: 'BAD_VERSION',
      });
    }
  });

  it('is read as it was meant: whoAmI', async () => {
    await one(zk.addAuth('digest', 'a😀b:secret'));
    expect(await one(zk.whoAmI())).toContainEqual({ scheme: 'digest', user: 'a😀b' });
  });
});
