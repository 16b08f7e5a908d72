import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import { type ConnectOptions, type ZooKeeper, open } from '../../../lib/index.js';
import { ROOT, node, tsc } from '../../helpers/project.js';
import { fourLetterWord } from '../../helpers/fourLetterWord.js';
import { waitFor, waitForValue } from '../../helpers/waitFor.js';

const SERVE = 'dist/esm/testing/zookeeper/main.js';
const one = firstValueFrom;

let child: ChildProcess | undefined;
const clients: AsyncDisposable[] = [];
afterEach(async () => {
  child?.kill('SIGKILL');
  await Promise.all(clients.splice(0).map((zk) => zk[Symbol.asyncDispose]()));
});

async function client(address: string, options: ConnectOptions = {}): Promise<ZooKeeper> {
  const zk = await open(address, { closeTimeout: 100, ...options });
  clients.push(zk);
  return zk;
}

/** Starts `npm run serve`'s program; gives the one line that it prints. */
async function serve(...args: string[]): Promise<string> {
  child = spawn(process.execPath, [SERVE, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout!.on('data', (chunk) => (said += String(chunk)));
  await waitFor(() => said.endsWith('\n'), { what: 'the connect string' });
  return said.trim();
}

describe('the command that serves', () => {
  beforeAll(() => tsc(['-p', 'tsconfig.json']), 60_000);

  it('prints its connect string, serves, and ends with 0 at SIGTERM', async () => {
    const address = await serve('--port', '0');
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    const zk = await client(address);
    expect((await one(zk.create('/a'))).path).toBe('/a');
    child!.kill('SIGTERM');
    expect((await once(child!, 'exit'))[0]).toBe(0);
  });

  it('drops all at SIGUSR1, and is back at SIGUSR2 with its tree and its sessions', async () => {
    const address = await serve();
    const zk = await client(address);
    await one(zk.create('/e', null, { mode: 'ephemeral' }));
    const suspended = waitForValue(zk.state$, ({ kind }) => kind === 'suspended');
    child!.kill('SIGUSR1');
    await suspended;
    await expect(fourLetterWord(Number(address.split(':')[1]), 'ruok')).rejects.toThrow('ECONNREFUSED');
    child!.kill('SIGUSR2');
    await waitForValue(zk.state$, (state) => state.kind === 'connected' && state.epoch === 1);
    expect(await one(zk.getEphemerals())).toEqual(['/e']);
  });

  it('is in the profile `conformance` as a real server in its tests', async () => {
    const hash = 'super:D/InIHSb7yEEbrWz8b9l71RjZJU='; // super:test
    const zk = await client(await serve('--profile', 'conformance', '--super-digest', hash), { sessionTimeout: 100 });
    const state = await waitForValue(zk.state$, ({ kind }) => kind === 'connected');
    expect(state).toMatchObject({ timeout: 4000 });
    expect(await one(zk.command('conf'))).toContain('tickTime=2000');
    await one(zk.create('/mine', null, { acl: [{ permissions: 31, scheme: 'digest', id: 'bob:x' }] }));
    await expect(one(zk.get('/mine'))).rejects.toMatchObject({ code: 'NO_AUTH' });
    await one(zk.addAuth('digest', Buffer.from('super:test')));
    expect((await one(zk.get('/mine'))).value).toBeNull();
    await one(zk.create('/c', null, { mode: 'container' }));
    await one(zk.create('/c/child'));
    await one(zk.create('/ttl', null, { mode: 'persistentWithTtl', ttl: 1 }));
    await one(zk.delete('/c/child'));
    await waitForValue(zk.watchChildren('/'), ({ names }) => !names.includes('c') && !names.includes('ttl'));
  });

  it('says how it is used, when it is not used so', async () => {
    await expect(node([SERVE, '--prot', '1'])).rejects.toThrow(/ended with 2:[^]*usage: npm run -s serve/);
    await expect(node([SERVE, '--port', '70000'])).rejects.toThrow(/ended with 1:\noptions.port/);
    await expect(node([SERVE, '--port', ''])).rejects.toThrow(/ended with 1:\noptions.port/);
    await expect(node([SERVE, '--profile', 'no'])).rejects.toThrow(/there is no profile no/);
  });
});
