import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstValueFrom } from 'rxjs';
import { type ZooKeeper, open } from '../../lib/index.js';
import { startZooKeeper } from '../../lib/testing/index.js';
import { isWithin } from '../../lib/zookeeper/path.js';

const one = firstValueFrom;

it('leaves out what merely begins with the same letters', async () => {
  const server = await startZooKeeper();
  const zk: ZooKeeper & AsyncDisposable = await open(server.connectString);
  const paths = ['/r/app/e', '/r/app/d/e', '/r/application/e', '/r/app2', '/r/e'];
  for (const path of paths) await one(zk.create(path, null, { mode: 'ephemeral', parents: true }));
  const app = zk.chroot('/r/app');
  expect((await one(app.getEphemerals())).toSorted()).toEqual(['/d/e', '/e']);
  expect(await one(app.getEphemerals('/d'))).toEqual(['/d/e']);
  expect((await one(zk.getEphemerals('/r/app'))).toSorted()).toEqual(['/r/app/d/e', '/r/app/e']);
  expect((await one(zk.getEphemerals('/r/application'))).toSorted()).toEqual(['/r/application/e']);
  expect((await one(zk.getEphemerals())).toSorted()).toEqual(paths.toSorted());
  const [outcome] = await one(zk.batch([app.getEphemerals('/')]));
  expect(outcome).toMatchObject({ kind: 'reply', value: expect.arrayContaining(['/e', '/d/e']) as never });
  expect(await one(app.getAllChildrenNumber('/'))).toBe(3);
  await zk[Symbol.asyncDispose]();
  await server.stop();
});

it('is a whole number of components: a law', () => {
  const path = fc.array(fc.stringMatching(/^[ab]{1,2}$/), { maxLength: 4 }).map((names) => `/${names.join('/')}`);
  fc.assert(
    fc.property(path, path, (a, b) => {
      const [parts, tops] = [a, b].map((each) => each.split('/').filter((name) => name !== '')) as [string[], string[]];
      expect(isWithin(a, b)).toBe(tops.every((name, i) => parts[i] === name));
    })
  );
});
