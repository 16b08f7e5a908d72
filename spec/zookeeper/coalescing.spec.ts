import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstValueFrom, type Observable } from 'rxjs';
import { type CoordinationError, type ZooKeeper, open } from '../../lib/index.js';
import { type EmbeddedZooKeeper, startZooKeeper } from '../../lib/testing/index.js';

const PATHS = ['/a', '/b', '/a/c', '/none'];

/** What a program asks for in one turn. */
const step = fc.oneof(
  fc.record({
    verb: fc.constantFrom('get', 'getChildren', 'exists', 'getAcl', 'delete', 'create', 'set') as fc.Arbitrary<'get'>,
    path: fc.constantFrom(...PATHS),
  })
);

function perform(
  zk: ZooKeeper,
  { verb, path }: { readonly verb: string; readonly path: string },
  n: number
): Observable<unknown> {
  switch (verb) {
    case 'get':
      return zk.get(path);
    case 'getChildren':
      return zk.getChildren(path);
    case 'exists':
      return zk.exists(path);
    case 'getAcl':
      return zk.getAcl(path);
    case 'delete':
      return zk.delete(path);
    case 'create':
      return zk.create(path, Buffer.from(`made ${n}`));
    default:
      return zk.set(path, Buffer.from(`set ${n}`));
  }
}

describe('reads that travel together', () => {
  const operations: string[] = [];
  let server: EmbeddedZooKeeper;
  let together: ZooKeeper & AsyncDisposable;
  let apart: ZooKeeper & AsyncDisposable;
  beforeAll(async () => {
    server = await startZooKeeper({ faults: ({ operation }) => void operations.push(operation) });
    [together, apart] = await Promise.all([
      open(server.connectString),
      open(server.connectString, { coalesce: false }),
    ]);
  });
  afterAll(async () => {
    await together[Symbol.asyncDispose]();
    await apart[Symbol.asyncDispose]();
    await server.stop();
  });

  /** Runs all in one turn, below a root of its own, and gives every reply or error, without what differs by itself. */
  async function run(
    zk: ZooKeeper,
    steps: readonly { readonly verb: string; readonly path: string }[]
  ): Promise<unknown[]> {
    const { path: root } = await firstValueFrom(zk.create('/run-', null, { mode: 'persistentSequential' }));
    const own = zk.chroot(root);
    const plain = (value: unknown) =>
      JSON.stringify(value, (key, each: unknown) =>
        /zxid|time/.test(key) ? 0 : typeof each === 'bigint' ? String(each) : each
      );
    return Promise.all(
      steps.map((each, i) =>
        firstValueFrom(perform(own, each, i)).then(plain, ({ code, path }: CoordinationError) => `${code} ${path}`)
      )
    );
  }

  it('come to the same as reads that travel apart, whatever is between them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        expect(await run(together, steps)).toEqual(await run(apart, steps));
      }),
      { numRuns: 150 }
    );
  });

  it('come to the same whatever their sizes are: the limit of a reply is that of each read', async () => {
    const limits = { maxReplyBytes: 2000 };
    const [joined, alone] = await Promise.all([
      open(server.connectString, limits),
      open(server.connectString, { ...limits, coalesce: false }),
    ]);
    const sizes = fc.array(fc.oneof(fc.nat(50), fc.integer({ min: 1850, max: 1950 }), fc.nat(20_000)), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (all) => {
        const { path } = await firstValueFrom(together.create('/sizes-', null, { mode: 'persistentSequential' }));
        await Promise.all(all.map((size, i) => firstValueFrom(together.create(`${path}/${i}`, Buffer.alloc(size)))));
        const read = (zk: ZooKeeper) =>
          Promise.all(
            all.map((_, i) =>
              firstValueFrom(zk.get(`${path}/${i}`)).then(
                ({ value }) => value?.length,
                ({ code, path: at, operation }: CoordinationError) => `${code} ${at} ${operation}`
              )
            )
          );
        const seen = await read(joined);
        expect(seen).toEqual(await read(alone));
        expect(seen).toEqual(
          all.map((size, i) => (size <= 2000 - 16 - 4 - 68 ? size : `REPLY_TOO_LARGE ${path}/${i} get`))
        );
      }),
      { numRuns: 60 }
    );
    await joined[Symbol.asyncDispose]();
    await alone[Symbol.asyncDispose]();
  });

  it('are one request on the wire, and so many when they are not to travel together', async () => {
    await firstValueFrom(together.create('/wire', Buffer.from('x')));
    const count = async (zk: ZooKeeper) => {
      operations.length = 0;
      await Promise.all(Array.from({ length: 50 }, () => firstValueFrom(zk.get('/wire'))));
      return [...operations];
    };
    expect(await count(together)).toEqual(['multiRead']);
    expect(await count(apart)).toEqual(Array<string>(50).fill('getData'));
  });

  it('are not waited for: a lone read leaves with its turn', async () => {
    operations.length = 0;
    await firstValueFrom(together.get('/wire'));
    expect(operations).toEqual(['getData']);
  });

  it('end one by one, for those who leave and for those who do not', async () => {
    const seen: number[] = [];
    const subscriptions = Array.from({ length: 10 }, (_, i) => together.get('/wire').subscribe(() => seen.push(i)));
    for (const i of [0, 4, 9]) subscriptions[i]!.unsubscribe();
    await firstValueFrom(together.sync());
    expect(seen).toEqual([1, 2, 3, 5, 6, 7, 8]);
  });
});
