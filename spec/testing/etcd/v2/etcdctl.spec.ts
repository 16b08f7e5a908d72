import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { type EmbeddedEtcd, startEtcd } from '../../../../lib/testing/index.js';
import { waitFor } from '../../../helpers/waitFor.js';

const run = promisify(execFile);

describe("etcd's own client, with version 2 of the API", () => {
  let server: EmbeddedEtcd;
  beforeAll(async () => {
    server = await startEtcd({ members: ['a', 'b', 'c'] });
  });
  afterAll(() => server?.stop());

  const args = (words: readonly string[]) => [
    ...['--endpoints', server.endpoints.map((endpoint) => `http://${endpoint}`).join(), ...words],
  ];
  const env = { ...process.env, ETCDCTL_API: '2' };
  const ctl = async (...words: string[]) => (await run('etcdctl', args(words), { env, timeout: 20_000 })).stdout.trim();

  it('reads, writes, lists and deletes', async () => {
    expect(await ctl('set', '/d/a', 'one')).toBe('one');
    expect(await ctl('mk', '/d/b', 'two')).toBe('two');
    await expect(ctl('mk', '/d/b', 'two')).rejects.toMatchObject({ stderr: expect.stringContaining('105') });
    expect(await ctl('update', '/d/b', 'three')).toBe('three');
    expect(await ctl('set', '--swap-with-value', 'three', '/d/b', 'four')).toBe('four');
    await ctl('mkdir', '/d/e');
    expect((await ctl('ls', '--sort', '--recursive', '/d')).split('\n')).toEqual(['/d/a', '/d/b', '/d/e']);
    await ctl('rmdir', '/d/e');
    await ctl('rm', '--recursive', '/d');
    await expect(ctl('get', '/d/a')).rejects.toMatchObject({ stderr: expect.stringContaining('100') });
  });

  it('watches', async () => {
    const child = spawn('etcdctl', args(['watch', '--recursive', '/w']), { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await waitFor(async () => {
      await ctl('set', '/w/a', 'seen');
      return text.includes('seen');
    });
    child.kill('SIGKILL');
  });

  it('shows the members and the health', async () => {
    expect((await ctl('member', 'list')).split('\n')).toHaveLength(3);
    expect(await ctl('member', 'list')).toMatch(/name=a .*isLeader=true/);
    expect(await ctl('cluster-health')).toMatch(/cluster is healthy/);
  });

  it('makes users and roles', async () => {
    const asRoot = (...words: string[]) => ctl('-u', 'root:secret', ...words);
    await ctl('user', 'add', 'root:secret');
    await ctl('user', 'add', 'alice:secret');
    await ctl('role', 'add', 'app');
    await ctl('role', 'grant', 'app', '--path', '/app/*', '--readwrite');
    await ctl('user', 'grant', 'alice', '--roles', 'app');
    await ctl('auth', 'enable');
    await asRoot('role', 'revoke', 'guest', '--path', '/*', '--readwrite');
    expect(await ctl('-u', 'alice:secret', 'set', '/app/x', 'hers')).toBe('hers');
    await expect(ctl('get', '/app/x')).rejects.toMatchObject({ stderr: expect.stringContaining('110') });
    expect(await asRoot('user', 'list')).toBe('alice\nroot');
    await asRoot('auth', 'disable');
    expect(await ctl('get', '/app/x')).toBe('hers');
  });
});
