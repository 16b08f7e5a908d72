import { beforeEach, describe, expect, it } from '@jest/globals';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { type VirtualClient, VirtualEtcd } from '../virtualEtcd.js';

const DENIED = 'etcdserver: permission denied';
const BAD_TOKEN = 'etcdserver: invalid auth token';
const range = { key: bytes('app/'), rangeEnd: bytes('app0') };

describe('the users of the embedded etcd', () => {
  let etcd: VirtualEtcd;
  let client: VirtualClient;
  beforeEach(() => {
    etcd = new VirtualEtcd({ version: '3.5.0' });
    client = etcd.dial();
    client.ask(methods.userAdd, { name: 'root', password: 'pw' });
    client.ask(methods.roleAdd, { name: 'root' });
    client.ask(methods.userGrantRole, { user: 'root', role: 'root' });
    client.ask(methods.userAdd, { name: 'alice', password: 'a' });
    client.ask(methods.roleAdd, { name: 'app' });
    client.ask(methods.roleGrantPermission, { name: 'app', perm: { permType: 'readwrite', ...range } });
    client.ask(methods.userGrantRole, { user: 'alice', role: 'app' });
    client.ask(methods.authEnable, {});
  });
  const login = (name: string, password: string) => ({
    token: client.ask(methods.authenticate, { name, password }).token,
  });

  it('need a token, which a password gives them', () => {
    expect(client.refused(methods.range, { key: bytes('app/x') })).toBe('etcdserver: user name is empty');
    expect(client.refused(methods.authenticate, { name: 'alice', password: 'b' })).toMatch(
      /invalid user ID or password/
    );
    expect(client.refused(methods.range, { key: bytes('app/x') }, { token: 'no.1' })).toBe(BAD_TOKEN);
    expect(client.refused(methods.range, { key: bytes('app/x') }, login('alice', 'a'))).toBe('done');
  });

  it('need no good token while there is no authentication; only 3.4 refuses a bad one', () => {
    const refused = (version: string) =>
      new VirtualEtcd({ version }).dial().refused(methods.range, { key: bytes('a') }, { token: 'no.1' });
    expect(['3.4.23', '3.5.0'].map(refused)).toEqual([BAD_TOKEN, 'done']);
  });

  it('may do what their roles permit', () => {
    const alice = login('alice', 'a');
    const refused = (...[method, message]: [never, never]) => client.refused(method, message, alice);
    const ask = refused as (method: unknown, message: unknown) => string;
    expect(ask(methods.put, { key: bytes('app/x'), prevKv: true })).toBe('done');
    expect(ask(methods.put, { key: bytes('zzz') })).toBe(DENIED);
    expect(ask(methods.range, range)).toBe('done');
    expect(ask(methods.range, { ...range, rangeEnd: bytes('app1') })).toBe(DENIED);
    expect(ask(methods.deleteRange, { key: bytes('app/'), rangeEnd: bytes('\0') })).toBe(DENIED);
    const write = { requestPut: { key: bytes('zzz') } };
    expect(ask(methods.txn, { success: [write] })).toBe(DENIED);
    expect(ask(methods.txn, { failure: [{ requestTxn: { success: [write] } }] })).toBe(DENIED);
    expect(ask(methods.txn, { compare: [{ key: bytes('zzz') }] })).toBe(DENIED);
    expect(ask(methods.userList, {})).toBe(DENIED);
    expect(ask(methods.userGet, { name: 'alice' })).toBe('done');
    expect(ask(methods.userGet, { name: 'root' })).toBe(DENIED);
    expect(ask(methods.roleGet, { role: 'app' })).toBe('done');
    expect(ask(methods.roleGet, { role: 'root' })).toBe(DENIED);
    expect(ask(methods.memberAdd, { peerUrls: ['http://x:1'] })).toBe(DENIED);
    expect(ask(methods.snapshot, {})).toBe(DENIED);
    expect(ask(methods.defragment, {})).toBe(DENIED);
  });

  it('may not write to a lease with keys that they may not write', () => {
    const root = login('root', 'pw');
    const { id } = client.ask(methods.leaseGrant, { ttl: 60 }, root);
    client.ask(methods.put, { key: bytes('zzz'), lease: id }, root);
    const alice = login('alice', 'a');
    expect(client.refused(methods.put, { key: bytes('app/x'), lease: id }, alice)).toBe(DENIED);
    expect(client.refused(methods.leaseRevoke, { id }, alice)).toBe(DENIED);
    expect(client.refused(methods.leaseRevoke, { id }, root)).toBe('done');
  });

  it('are told within the stream that they may not watch', () => {
    const stream = client.open(methods.watchStream, login('alice', 'a'));
    stream.send({ createRequest: { key: bytes('zzz') } });
    stream.send({ createRequest: range });
    etcd.time.advance(0);
    expect(stream.messages[0]).toMatchObject({
      created: true,
      canceled: true,
      watchId: -1,
      cancelReason: `rpc error: code = PermissionDenied desc = ${DENIED}`,
    });
    expect(stream.messages[1]).toMatchObject({ created: true, canceled: false });
  });

  it('have tokens that end when they are not used, or their password changes', () => {
    const alice = login('alice', 'a');
    const ask = () => client.refused(methods.range, range, alice);
    etcd.time.advance(299_999);
    expect(ask()).toBe('done');
    etcd.time.advance(299_999);
    expect(ask()).toBe('done');
    client.ask(methods.userChangePassword, { name: 'alice', password: 'b' }, login('root', 'pw'));
    expect(ask()).toBe(BAD_TOKEN);
    const again = login('alice', 'b');
    etcd.time.advance(300_000);
    expect(client.refused(methods.range, range, again)).toBe(BAD_TOKEN);
  });

  it('lose their rights with the role', () => {
    const [root, alice] = [login('root', 'pw'), login('alice', 'a')];
    client.ask(methods.roleRevokePermission, { role: 'app', ...range }, root);
    expect(client.refused(methods.range, range, alice)).toBe(DENIED);
    client.ask(methods.roleDelete, { role: 'app' }, root);
    expect(client.refused(methods.range, range, alice)).toBe(BAD_TOKEN);
    expect(client.ask(methods.userGet, { name: 'alice' }, root).roles).toEqual([]);
    client.ask(methods.userDelete, { name: 'alice' }, root);
    expect(client.ask(methods.userList, {}, root).users).toEqual(['root']);
    client.ask(methods.authDisable, {}, root);
    expect(client.refused(methods.range, range)).toBe('done');
    client.ask(methods.authEnable, {});
    expect(client.refused(methods.range, range, root)).toBe(BAD_TOKEN);
  });

  it('cannot be managed in the wrong way', () => {
    const root = login('root', 'pw');
    const ask = (method: unknown, message: unknown) => client.refused(method as never, message as never, root);
    expect(ask(methods.userAdd, { name: '' })).toBe('etcdserver: user name is empty');
    expect(ask(methods.userAdd, { name: 'alice' })).toBe('etcdserver: user name already exists');
    expect(ask(methods.userDelete, { name: 'bob' })).toBe('etcdserver: user name not found');
    expect(ask(methods.userDelete, { name: 'root' })).toBe('etcdserver: invalid auth management');
    expect(ask(methods.userGrantRole, { user: 'alice', role: 'none' })).toBe('etcdserver: role name not found');
    expect(ask(methods.userRevokeRole, { name: 'alice', role: 'none' })).toMatch(/role is not granted to the user/);
    expect(ask(methods.userRevokeRole, { name: 'root', role: 'root' })).toBe('etcdserver: invalid auth management');
    expect(ask(methods.roleAdd, { name: '' })).toBe('etcdserver: role name is empty');
    expect(ask(methods.roleAdd, { name: 'app' })).toBe('etcdserver: role name already exists');
    expect(ask(methods.roleDelete, { role: 'root' })).toBe('etcdserver: invalid auth management');
    expect(ask(methods.roleGrantPermission, { name: 'app' })).toBe('etcdserver: permission not given');
    expect(ask(methods.roleRevokePermission, { role: 'app', key: bytes('no') })).toMatch(/permission is not granted/);
    expect(ask(methods.userAdd, { name: 'bob', options: { noPassword: true } })).toBe('done');
    expect(ask(methods.authenticate, { name: 'bob', password: '' })).toMatch(/authentication failed/);
    expect(ask(methods.authStatus, {})).toBe('done');
  });

  it('are not asked for before there is a root', () => {
    const fresh = new VirtualEtcd().dial();
    expect(fresh.refused(methods.authEnable, {})).toBe('etcdserver: root user does not exist');
    fresh.ask(methods.userAdd, { name: 'root', password: 'pw' });
    expect(fresh.refused(methods.authEnable, {})).toBe('etcdserver: root user does not have root role');
    const login = { name: 'root', password: 'pw' };
    expect(fresh.refused(methods.authenticate, login)).toBe('etcdserver: authentication is not enabled');
  });
});
