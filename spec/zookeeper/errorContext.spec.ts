import { describe, expect, it } from '@jest/globals';
import { type Observable, map } from 'rxjs';
import { type CoordinationError, type WatchedNode, type ZooKeeper, json } from '../../lib/index.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

interface How {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}
type Ask = (zk: ZooKeeper, path: string, how: How) => Observable<unknown>;

const OPERATIONS: Readonly<Record<string, readonly Ask[]>> = {
  get: [
    (zk, path, how) => zk.get(path, how),
    (zk, path, how) => zk.get(path, { ...how, codec: json() }),
    (zk, path, how) => zk.get(path, { ...how, read: 'sync' }),
    (zk, path, how) => zk.get(path, { ...how, read: 'strict' }),
  ],
  exists: [
    (zk, path, how) => zk.exists(path, how),
    (zk, path, how) => zk.exists(path, { ...how, read: 'sync' }),
    (zk, path, how) => zk.exists(path, { ...how, read: 'strict' }),
  ],
  getChildren: [
    (zk, path, how) => zk.getChildren(path, how),
    (zk, path, how) => zk.getChildren(path, { ...how, stat: true }),
    (zk, path, how) => zk.getChildren(path, { ...how, read: 'strict' }),
  ],
  snapshot: [(zk, path, how) => zk.snapshot([path], how)],
  multiRead: [(zk, path, how) => zk.multiRead([{ get: path }], how)],
  getAllChildrenNumber: [(zk, path, how) => zk.getAllChildrenNumber(path, how)],
  getEphemerals: [(zk, path, how) => zk.getEphemerals(path, how)],
  create: [
    (zk, path, how) => zk.create(path, null, how),
    (zk, path, how) => zk.create(path, null, { ...how, parents: true }),
    (zk, path, how) => zk.create(path, 5, { ...how, codec: json<number>() }),
  ],
  set: [(zk, path, how) => zk.set(path, null, how)],
  delete: [
    (zk, path, how) => zk.delete(path, how),
    (zk, path, how) => zk.delete(path, { ...how, recursive: true }),
    (zk, path, how) => zk.delete(path, { ...how, recursive: true, version: 3 }),
  ],
  transaction: [(zk, path, how) => zk.transaction().check(path).commit(how)],
  sync: [(zk, path, how) => zk.sync(path, how)],
  getAcl: [(zk, path, how) => zk.getAcl(path, how)],
  setAcl: [(zk, path, how) => zk.setAcl(path, [{ permissions: 31, scheme: 'world', id: 'anyone' }], how)],
  addWatch: [(zk, path, how) => zk.addWatch(path, 'persistent', how)],
  checkWatches: [(zk, path, how) => zk.checkWatches(path, 'any', how)],
};
const CASES = Object.entries(OPERATIONS).flatMap(([operation, asks]) =>
  asks.map((ask, i): [string, number, Ask] => [operation, i, ask])
);

/** A client below a root, and what its requests ended with. */
function stage(
  options: ConstructorParameters<typeof VirtualWorld>[0] = {},
  of: Parameters<VirtualWorld['client']>[0] = {}
) {
  const world = new VirtualWorld(options);
  const { zk, cut } = world.client(of);
  world.after(100);
  zk.create('/root').subscribe();
  world.after(100);
  const errors: CoordinationError[] = [];
  const run = (request$: Observable<unknown>) =>
    request$.subscribe({ error: (error: CoordinationError) => errors.push(error) });
  return { world, cut, zk: zk.chroot('/root'), errors, run };
}

describe.each(CASES)('an error of %s (%i) says of which node and which method it is', (operation, _, ask) => {
  const context = { path: '/x', operation };

  it('when the time is over', () => {
    const { world, zk, errors, run } = stage();
    world.server.pause();
    run(ask(zk, '/x', { timeout: 50 }));
    world.after(60);
    expect(errors).toMatchObject([{ ...context, code: 'TIMEOUT' }]);
  });

  it('when it is aborted, before it is sent or after', () => {
    const { world, zk, errors, run } = stage();
    world.server.pause();
    const controller = new AbortController();
    run(ask(zk, '/x', { signal: AbortSignal.abort() }));
    run(ask(zk, '/x', { signal: controller.signal }));
    world.after(5);
    controller.abort();
    expect(errors).toMatchObject([
      { ...context, code: 'ABORTED' },
      { ...context, code: 'ABORTED' },
    ]);
  });

  it('when the link is lost', () => {
    const { world, cut, zk, errors, run } = stage({}, { offline: 'fail' });
    world.server.pause();
    run(ask(zk, '/x', {}));
    world.after(1);
    cut();
    world.after(3500);
    run(ask(zk, '/x', {}));
    world.after(1);
    expect(errors).toMatchObject([
      { ...context, code: 'CONNECTION_LOST' },
      { ...context, code: 'CONNECTION_LOST' },
    ]);
  });

  it('when the client is closed', () => {
    const { world, zk, errors, run } = stage();
    void zk.close();
    world.after(100);
    run(ask(zk, '/x', {}));
    world.after(5);
    expect(errors).toMatchObject([{ ...context, code: 'CLOSED' }]);
  });

  it('when an argument is wrong', () => {
    const { zk, errors, run } = stage();
    run(ask(zk, 'x', {}));
    run(ask(zk, '/x', { timeout: -1 }));
    run(ask(zk, '/x', { tmeout: 1 } as never));
    // their options are those of many nodes
    const one = /^(snapshot|multiRead|transaction)$/.test(operation) ? { operation } : context;
    expect(errors).toMatchObject([
      { path: 'x', operation, code: 'USAGE' },
      { ...one, code: 'USAGE' },
      { ...one, code: 'USAGE' },
    ]);
  });

  it('when the request is too large', () => {
    const { world, zk, errors, run } = stage({}, { maxRequestBytes: 500 });
    const path = `/${'x'.repeat(600)}`;
    run(ask(zk, path, {}));
    world.after(50);
    expect(errors[0]).toMatchObject({ path, operation, code: 'TOO_LARGE' });
  });

  it('when the server refuses', () => {
    const { world, zk, errors, run } = stage({
      faults: ({ path }: { path?: string }) => (path?.startsWith('/root/x') === true ? { error: -1 } : undefined),
    } as never);
    run(ask(zk, '/x', {}));
    world.after(50);
    for (const error of errors)
      expect({ ...error, operation: error.operation?.replace('transaction check', 'transaction') }).toMatchObject({
        path: '/x',
        operation,
      });
  });
});

/** What the codec has refused, as an error. */
function valueOf(node: WatchedNode<unknown>): unknown {
  if (node.kind === 'unreadable') throw node.error;
  return node.value;
}

it('BAD_VALUE says of which node and which method it is, of whichever codec', () => {
  const { world, zk, errors, run } = stage();
  zk.create('/x', Buffer.from('no json')).subscribe();
  world.after(50);
  const broken = {
    encode: () => {
      throw new RangeError('mine');
    },
    decode: () => {
      throw new RangeError('mine');
    },
  };
  for (const codec of [json(), broken]) {
    run(zk.get('/x', { codec }));
    run(zk.watch('/x', { codec }).pipe(map(valueOf)));
    run(zk.create('/x', 1n, { codec: codec as never }));
    run(zk.set('/x', 1n, { codec: codec as never }));
    world.after(50);
    expect(
      errors
        .splice(0)
        .map(({ code, path, operation, message }) => [code, path, message.startsWith(`${operation} /x: `), operation])
        .sort()
    ).toEqual(['create', 'get', 'set', 'watch'].map((operation) => ['BAD_VALUE', '/x', true, operation]).sort());
  }
});

it('REPLY_TOO_LARGE says of which node and which method it is', () => {
  const { world, zk, errors, run } = stage({}, { maxReplyBytes: 300 });
  zk.create('/x', Buffer.alloc(400)).subscribe();
  for (let i = 0; i < 20; i++) zk.create(`/x/${'a'.repeat(20)}${i}`).subscribe();
  world.after(50);
  run(zk.get('/x'));
  run(zk.get('/x', { read: 'sync' }));
  run(zk.getChildren('/x'));
  run(zk.getChildren('/x', { stat: true }));
  run(zk.snapshot(['/x']));
  world.after(50);
  expect(errors.map(({ code, path, operation }) => `${code} ${path} ${operation}`).sort()).toEqual(
    ['get', 'get', 'getChildren', 'getChildren', 'snapshot'].map((operation) => `REPLY_TOO_LARGE /x ${operation}`)
  );
});
