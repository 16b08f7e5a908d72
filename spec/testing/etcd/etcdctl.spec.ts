import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedEtcd, startEtcd } from '../../../lib/testing/index.js';
import { waitFor } from '../../helpers/waitFor.js';

const run = promisify(execFile);

describe("etcd's own client", () => {
  let server: EmbeddedEtcd;
  const directory = mkdtempSync(join(tmpdir(), 'etcdctl-'));
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    server = await startEtcd({ members: ['a', 'b', 'c'] });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const env = (endpoints = server.endpoints.join()) => ({
    ...process.env,
    ETCDCTL_API: '3',
    ETCDCTL_ENDPOINTS: endpoints,
  });
  const ctl = async (...args: string[]) => (await run('etcdctl', args, { env: env(), timeout: 20_000 })).stdout.trim();
  const refused = (...args: string[]) =>
    ctl(...args).then(
      () => 'done',
      ({ stderr }: { stderr: string }) => stderr
    );
  /** Starts a command that goes on; its output grows. */
  function begin(...args: string[]) {
    const child = spawn('etcdctl', args, { env: env(), stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    const heard = { child, text: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (heard.text += chunk));
    return heard;
  }

  it('writes, reads, deletes and compacts', async () => {
    expect(await ctl('put', 'greeting', 'hello')).toBe('OK');
    expect(await ctl('put', 'greeting', 'hallo', '--prev-kv')).toBe('OK\ngreeting\nhello');
    expect(await ctl('get', 'greeting', '--print-value-only')).toBe('hallo');
    expect(await ctl('get', 'greeting', '--rev', '2', '--print-value-only')).toBe('hello');
    expect(await ctl('get', '', '--prefix', '--keys-only', '--sort-by', 'MODIFY', '--order', 'DESCEND')).toBe(
      'greeting'
    );
    expect(await ctl('del', 'greeting')).toBe('1');
    expect(await ctl('compact', '3')).toBe('compacted revision 3');
    expect(await refused('get', 'greeting', '--rev', '2')).toMatch(/required revision has been compacted/);
  });

  it('does a transaction', async () => {
    const txn = begin('txn');
    txn.child.stdin.end('version("new") = "0"\n\nput new 1\n\nget new\n\n');
    await waitFor(() => txn.text.includes('OK'));
    expect(txn.text).toMatch(/SUCCESS/);
  });

  it('watches, from the past on', async () => {
    const { revision } = server;
    await ctl('put', 'seen', '1');
    const watch = begin('watch', 'seen', '--rev', String(revision));
    await waitFor(() => watch.text.includes('PUT\nseen\n1\n'));
    await ctl('del', 'seen');
    await waitFor(() => watch.text.includes('DELETE\nseen\n'));
  });

  it('keeps a lease alive', async () => {
    const [, id = ''] = /lease (\w+) granted with TTL\(60s\)/.exec(await ctl('lease', 'grant', '60')) ?? [];
    await ctl('put', 'leased', '1', '--lease', id);
    expect(await ctl('lease', 'keep-alive', id, '--once')).toBe(`lease ${id} keepalived with TTL(60)`);
    expect(await ctl('lease', 'timetolive', id, '--keys')).toMatch(
      /granted with TTL\(60s\).*attached keys\(\[leased\]\)/
    );
    expect(await ctl('lease', 'list')).toBe(`found 1 leases\n${id}`);
    expect(await ctl('lease', 'revoke', id)).toBe(`lease ${id} revoked`);
    expect([...server.entries().keys()]).not.toContain('leased');
  });

  it('locks, and leads', async () => {
    const first = begin('lock', 'mutex');
    await waitFor(() => first.text.startsWith('mutex/'));
    const second = begin('lock', 'mutex');
    await waitFor(() => [...server.entries().keys()].filter((key) => key.startsWith('mutex/')).length === 2);
    expect(second.text).toBe('');
    first.child.kill('SIGINT');
    await waitFor(() => second.text.startsWith('mutex/'));
    second.child.kill('SIGINT');
    const leader = begin('elect', 'job', 'me');
    await waitFor(() => leader.text.includes('me'));
    leader.child.kill('SIGINT');
  });

  it('looks after the cluster', async () => {
    expect((await ctl('member', 'list')).split('\n')).toHaveLength(3);
    expect(await ctl('endpoint', 'status')).toMatch(/3\.4\.23/);
    expect(await ctl('endpoint', 'hashkv')).not.toBe('');
    expect(await ctl('defrag')).toMatch(/^(Finished defragmenting etcd member\[.*\]\n?){3}$/);
    expect(await ctl('alarm', 'list')).toBe('');
    const [first = '', second = ''] = (await ctl('member', 'list')).split('\n').map((line) => line.split(',')[0]!);
    expect(await ctl('move-leader', second)).toBe(`Leadership transferred from ${first} to ${second}`);
    expect(server.leader).toBe('b');
    const file = join(directory, 'snapshot');
    await run('etcdctl', ['snapshot', 'save', file], { env: env(server.endpoints[0]), timeout: 20_000 });
    expect(statSync(file).size % 512).toBe(32);
  });

  it('manages users', async () => {
    await ctl('user', 'add', 'root:pw');
    await ctl('user', 'add', 'alice:a');
    await ctl('role', 'add', 'root');
    await ctl('role', 'add', 'app');
    await ctl('user', 'grant-role', 'root', 'root');
    await ctl('user', 'grant-role', 'alice', 'app');
    await ctl('role', 'grant-permission', 'app', 'readwrite', 'app/', '--prefix');
    expect(await ctl('auth', 'enable')).toMatch(/Authentication Enabled/);
    expect(await refused('get', 'app/x')).toMatch(/user name is empty/);
    expect(await ctl('--user', 'alice:a', 'put', 'app/x', '1')).toBe('OK');
    expect(await refused('--user', 'alice:a', 'put', 'other', '1')).toMatch(/permission denied/);
    expect(await refused('--user', 'alice:b', 'get', 'app/x')).toMatch(/invalid user ID or password/);
    expect(await ctl('--user', 'root:pw', 'role', 'get', 'app')).toMatch(/\[app\/, app0\)/);
    expect(await ctl('--user', 'root:pw', 'auth', 'disable')).toMatch(/Authentication Disabled/);
  });
});
