import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable, type Subscription, isObservable } from 'rxjs';
import { Permission, type UsageError, type ZooKeeper, connect, open, utf8 } from '../../lib/index.js';
import type { ConnectOptions } from '../../lib/zookeeper/options.js';

let dialled = 0;
const transport = () => ((dialled += 1), NEVER);
beforeEach(() => void (dialled = 0));

/** The argument that is at fault, as the error channel or a throw says. */
function fault(make: () => unknown): string {
  let found = 'nothing';
  const note = (error: unknown) =>
    (found =
      (error as UsageError).layer === 'usage' ? (error as UsageError).argument : `not a UsageError: ${String(error)}`);
  try {
    const made = make();
    if (isObservable(made)) made.subscribe({ error: note }).unsubscribe();
  } catch (error) {
    note(error);
  }
  return found;
}

describe('options', () => {
  const bad: readonly (readonly [string, ConnectOptions | Record<string, unknown>])[] = [
    ...(['sessionTimeout', 'connectTimeout', 'closeTimeout'] as const).flatMap((name) =>
      [0, -1, NaN, Infinity, '5', null, 2 ** 31]
        .filter((value) => value !== null || name !== 'connectTimeout')
        .filter((value) => value !== null)
        .map((value) => [`options.${name}`, { [name]: value }] as const)
    ),
    ...(['maxRequestBytes', 'maxReplyBytes', 'maxInFlight', 'coalesce'] as const).flatMap((name) =>
      [-1, 0, 1.5, NaN, '9'].map((value) => [`options.${name}`, { [name]: value }] as const)
    ),
    ['options.onExpiry', { onExpiry: 'ignore' }],
    ['options.onDataLoss', { onDataLoss: true }],
    ['options.offline', { offline: 'wait' }],
    ['options.backoff.min', { backoff: { min: 500, max: 100 } }],
    ['options.backoff.max', { backoff: { min: 5, max: -1 } }],
    ['options.backoff.factor', { backoff: { min: 5, max: 10, factor: 2 } }],
    ['options.serverVersion', { serverVersion: 'new' }],
    ['options.tls', { tls: {} }],
    [
      'options.auth[1].scheme',
      {
        auth: [
          { scheme: 'digest', auth: new Uint8Array(1) },
          { scheme: '', auth: new Uint8Array(1) },
        ],
      },
    ],
    ['options.auth[0].auth', { auth: [{ scheme: 'digest', auth: 5 }] }],
    ['options.auth[0]', { auth: ['user:password'] }],
    ['options.auth', { auth: 'user:password' }],
    ['options.ticket.id', { ticket: { id: 0n, zxid: 0n, password: new Uint8Array(16), timeout: 1 } }],
    ['options.ticket.zxid', { ticket: { id: 1n, zxid: -1n, password: new Uint8Array(16), timeout: 1 } }],
    ['options.ticket.password', { ticket: { id: 1n, zxid: 0n, password: new Uint8Array(3), timeout: 1 } }],
    ['options.ticket.timeout', { ticket: { id: 1n, zxid: 0n, password: new Uint8Array(16), timeout: 0 } }],
    ['options.sesionTimeout', { sesionTimeout: 1000 }],
  ];

  it.each(bad)('at fault are named: %s in %j', (argument, options) => {
    expect(fault(() => connect('a', { transport, ...(options as ConnectOptions) }))).toBe(argument);
    expect(dialled).toBe(0);
  });

  it.each([
    [''],
    [','],
    ['a:99999'],
    ['a:x'],
    ['a/b/'],
    ['a,b/c,d'],
    ['[::1'],
    ['a b'],
    [[]],
    [['a', '']],
    [42],
    ['a//b'],
  ])('that list servers are checked: %j', (servers) => {
    expect(fault(() => connect(servers as string, { transport }))).toMatch(/^servers/);
    expect(dialled).toBe(0);
  });

  it('of open are checked alike', async () => {
    await expect(open('a', { sessionTimeout: -1 })).rejects.toMatchObject({ argument: 'options.sessionTimeout' });
  });
});

describe('arguments', () => {
  let zk!: ZooKeeper;
  let session: Subscription;
  beforeEach(() => ((session = connect('a', { transport }).subscribe((it) => (zk = it))), undefined));
  afterEach(() => session.unsubscribe());
  const any = <T>(value: unknown) => value as T;
  const data = new Uint8Array(1);

  const paths = [
    '',
    'a',
    '/a/',
    '//a',
    '/a//b',
    '/a/./b',
    '/..',
    '/a\0',
    '/a\u0001',
    '/\ud83d\ude00',
    any<string>(7),
    any<string>(undefined),
  ];
  const byPath: readonly (readonly [string, (path: string) => Observable<unknown>])[] = [
    ['get', (path) => zk.get(path)],
    ['exists', (path) => zk.exists(path)],
    ['getChildren', (path) => zk.getChildren(path)],
    ['getAcl', (path) => zk.getAcl(path)],
    ['create', (path) => zk.create(path)],
    ['set', (path) => zk.set(path, data)],
    ['delete', (path) => zk.delete(path)],
    ['delete recursive', (path) => zk.delete(path, { recursive: true })],
    ['setAcl', (path) => zk.setAcl(path, [{ permissions: Permission.ALL, scheme: 'world', id: 'anyone' }])],
    ['getAllChildrenNumber', (path) => zk.getAllChildrenNumber(path)],
    ['watch', (path) => zk.watch(path)],
    ['watchChildren', (path) => zk.watchChildren(path)],
    ['events', (path) => zk.events(path)],
    ['addWatch', (path) => zk.addWatch(path)],
    ['removeWatches', (path) => zk.removeWatches(path)],
    ['checkWatches', (path) => zk.checkWatches(path)],
    ['create parents', (path) => zk.create(path, null, { parents: true })],
    ['create protected', (path) => zk.create(path, null, { protect: true })],
    ['get synced', (path) => zk.get(path, { read: 'sync' })],
  ];
  it.each(byPath)('that are paths are checked by %s', (_, act) => {
    for (const path of paths) expect([path, fault(() => act(path))]).toEqual([path, 'path']);
  });

  const others: readonly (readonly [string, string, () => unknown])[] = [
    ['version', 'set', () => zk.set('/a', data, { version: 1.5 })],
    ['version', 'set', () => zk.set('/a', data, { version: 2 ** 31 })],
    ['version', 'delete', () => zk.delete('/a', { version: -(2 ** 31) - 1 })],
    ['version', 'setAcl', () => zk.setAcl('/a', [{ permissions: 1, scheme: 'world', id: 'anyone' }], { version: NaN })],
    ['data', 'set', () => zk.set('/a', any<Uint8Array>('text'))],
    ['data', 'create', () => zk.create('/a', any<Uint8Array>({}))],
    ['acl', 'create', () => zk.create('/a', null, { acl: [] })],
    ['acl[0].permissions', 'setAcl', () => zk.setAcl('/a', [{ permissions: 2 ** 31, scheme: 'world', id: 'anyone' }])],
    ['acl[0].scheme', 'create', () => zk.create('/a', null, { acl: [{ permissions: 1, scheme: '', id: 'x' }] })],
    ['mode', 'create', () => zk.create('/a', null, { mode: any('forever') })],
    ['ttl', 'create', () => zk.create('/a', null, { mode: 'persistentWithTtl' })],
    ['ttl', 'create', () => zk.create('/a', null, { mode: 'persistentWithTtl', ttl: -1 })],
    ['ttl', 'create', () => zk.create('/a', null, { ttl: 5 })],
    ['path', 'chroot', () => zk.chroot('a')],
    ['options.timeout', 'exists', () => zk.exists('/a', { timeout: -1 })],
    ['options.timeout', 'exists', () => zk.exists('/a', { timeout: NaN })],
    ['options.priority', 'exists', () => zk.exists('/a', { priority: any('first') })],
    ['options.read', 'get', () => zk.get('/a', { read: any('soon') })],
    ['scheme', 'addAuth', () => zk.addAuth('', data)],
    ['auth', 'addAuth', () => zk.addAuth('digest', any<Uint8Array>(7))],
    ['word', 'command', () => zk.command('RUOK')],
    ['word', 'command', () => zk.command('ruokay')],
    ['mode', 'addWatch', () => zk.addWatch('/a', any('once'))],
    ['type', 'removeWatches', () => zk.removeWatches('/a', any('some'))],
    ['path', 'snapshot', () => zk.snapshot(['/a', 'b'])],
    ['operations[0].path', 'transaction', () => zk.transaction().create('a').commit()],
    ['operations[0].version', 'transaction', () => zk.transaction().set('/a', data, { version: 0.5 }).commit()],
    ['requests[0]', 'batch', () => zk.batch([any<Observable<unknown>>(EMPTY)] as never)],
  ];
  it.each(others)('at fault are named: %s of %s', (argument, _, act) => {
    expect(fault(act)).toBe(argument);
  });

  it('that a codec refuses are refused on the error channel, before anything is sent', () => {
    expect(fault(() => zk.set('/a', any<string>(5), { codec: utf8 }))).not.toBe('nothing');
  });
});
