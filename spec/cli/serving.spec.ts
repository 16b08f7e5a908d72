import { afterEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { qrx } from '../../lib/cli/qrx.js';
import { open } from '../../lib/index.js';
import { startZooKeeper } from '../../lib/testing/index.js';
import { fourLetterWord } from '../helpers/fourLetterWord.js';
import { TestTerminal, ran } from '../helpers/testTerminal.js';
import { waitFor, waitForValue } from '../helpers/waitFor.js';

const running: { readonly terminal: TestTerminal; readonly end: Promise<number> }[] = [];
afterEach(async () => {
  for (const { terminal, end } of running.splice(0)) {
    terminal.interrupt();
    await end;
  }
});

/** Starts a verb that goes on, and waits for the line that it prints. */
async function started(args: readonly string[], keys?: () => AsyncIterable<string>) {
  const terminal = new TestTerminal();
  if (keys !== undefined) terminal.keys = keys;
  const end = qrx(args, terminal);
  running.push({ terminal, end });
  await waitFor(() => terminal.lines.length === 1 || terminal.notes.length === 1);
  return { terminal, end, line: terminal.lines[0] ?? '' };
}

describe('qrx serve', () => {
  it('drops all at SIGUSR1, and is back at SIGUSR2 with its tree and its sessions', async () => {
    const { terminal, line } = await started(['serve', 'zookeeper']);
    const address = line.replace('zk://', '');
    await using zk = await open(address, { closeTimeout: 100 });
    await firstValueFrom(zk.create('/e', null, { mode: 'ephemeral' }));
    const suspended = waitForValue(zk.state$, ({ kind }) => kind === 'suspended');
    terminal.signals.get('SIGUSR1')!();
    await suspended;
    await expect(fourLetterWord(Number(address.split(':')[1]), 'ruok')).rejects.toThrow('ECONNREFUSED');
    terminal.signals.get('SIGUSR2')!();
    await waitForValue(zk.state$, (state) => state.kind === 'connected' && state.epoch === 1);
    expect(await firstValueFrom(zk.getEphemerals())).toEqual(['/e']);
  });

  it('is in the profile `conformance` as a real server in its tests', async () => {
    const hash = 'super:D/InIHSb7yEEbrWz8b9l71RjZJU='; // super:test
    const { line } = await started(['serve', 'zookeeper', '--profile', 'conformance', '--super-digest', hash]);
    await using zk = await open(line.replace('zk://', ''), { sessionTimeout: 100, closeTimeout: 100 });
    expect(await waitForValue(zk.state$, ({ kind }) => kind === 'connected')).toMatchObject({ timeout: 4000 });
    expect(await firstValueFrom(zk.command('conf'))).toContain('tickTime=2000');
    await firstValueFrom(zk.create('/mine', null, { acl: [{ permissions: 31, scheme: 'digest', id: 'bob:x' }] }));
    await expect(firstValueFrom(zk.get('/mine'))).rejects.toMatchObject({ code: 'NO_AUTH' });
    await firstValueFrom(zk.addAuth('digest', Buffer.from('super:test')));
    expect((await firstValueFrom(zk.get('/mine'))).value).toBeNull();
    await firstValueFrom(zk.create('/ttl', null, { mode: 'persistentWithTtl', ttl: 1 }));
    await waitForValue(zk.watchChildren('/'), ({ names }) => !names.includes('ttl'));
  });

  it.each([
    ['--port', 'port', ['zookeeper', '--port', '70000']],
    ['--port', '--port', ['zookeeper', '--port', '']],
    ['--port', '--port: is for ZooKeeper', ['etcd', '--port', '3333']],
    ['--read-only', '--read-only: is for ZooKeeper', ['arakoon', '--read-only']],
    ['--members', '--members: is for etcd and Arakoon', ['zookeeper', '--members', '3']],
    ['--profile', '--profile: must be one of clickhouse-keeper, conformance', ['zookeeper', '--profile', 'no']],
    ['--prot', "Unknown option '--prot'", ['zookeeper', '--prot', '1']],
    ['its kind', 'must be one', []],
  ])('says what is wrong with %s', async (_, reason, args) => {
    expect(await ran(undefined, 'serve', ...args)).toMatchObject({ code: 2, notes: [expect.stringContaining(reason)] });
  });
});

describe('qrx proxy', () => {
  it.each<readonly [string, readonly string[]]>([
    ['must be one', []],
    ['options.target', ['nowhere']],
    ['--port', ['zk:1', '--port', '']],
    ['options.host', ['zk:1', '--host', '']],
    ['--latency', ['zk:1', '--latency', 'long']],
    ['--jitter', ['zk:1', '--jitter', '0.5']],
    ['--pieces', ['zk:1', '--pieces', 'few']],
    ['options.seed', ['zk:1', '--seed', '4294967296']],
    ['--cut-every', ['zk:1', '--cut-every', '0']],
    ['--stall', ['zk:1', '--stall', 'toClient:5']],
    ['--stall', ['zk:1', '--stall', 'toClient:5:5:5']],
    ['--stall', ['zk:1', '--stall', 'up:5:5']],
    ['--stall', ['zk:1', '--stall', 'both::5']],
    ["Unknown option '--latnecy'", ['zk:1', '--latnecy', '5']],
  ])('says what is wrong: %s', async (reason, args) => {
    expect(await ran(undefined, 'proxy', ...args)).toMatchObject({ code: 2, notes: [expect.stringContaining(reason)] });
  });

  it('cuts at SIGUSR1, and makes the faults of keys', async () => {
    await using server = await startZooKeeper();
    const pressed: string[] = [];
    let wake = () => {};
    const press = (key: string) => {
      pressed.push(key);
      wake();
    };
    const ended = new AbortController();
    const keys = async function* () {
      while (!ended.signal.aborted) {
        if (pressed.length === 0) await new Promise<void>((done) => (wake = done));
        yield* pressed.splice(0);
      }
    };
    const { terminal, line } = await started(['proxy', server.connectString, '--seed', '7'], keys);
    terminal.stop.addEventListener('abort', () => {
      ended.abort();
      wake();
    });
    expect(line).toMatch(new RegExp(`^127.0.0.1:\\d+ leads to ${server.connectString}, with the seed 7$`));
    expect(terminal.notes).toEqual([expect.stringMatching(/^keys: \[c\]ut \[s\]tall \[f\]low/)]);
    await using zk = await open(line.split(' ')[0]!, { closeTimeout: 100 });
    for (const cut of [() => terminal.signals.get('SIGUSR1')!(), () => press('c')]) {
      const suspended = waitForValue(zk.state$, ({ kind }) => kind === 'suspended');
      cut();
      await suspended;
      await waitForValue(zk.state$, ({ kind }) => kind === 'connected');
    }
    press('r');
    await waitForValue(zk.state$, ({ kind }) => kind === 'suspended');
    for (const key of ['x', 'a', 'h']) press(key);
    await waitForValue(zk.state$, ({ kind }) => kind === 'connected');
    await waitFor(() => terminal.notes.length === 5);
    expect(terminal.notes.slice(1).map((note) => note.slice(10, 15))).toEqual(['cut: ', 'refus', 'accep', 'heal:']);
  });

  it('stalls for a while', async () => {
    await using server = await startZooKeeper();
    const { line } = await started(['proxy', server.connectString, '--stall', 'both:0:100', '--latency', '1']);
    expect((await ran(`zk://${line.split(' ')[0]}`, 'ls')).lines).toEqual(['zookeeper']);
  });

  it('says so when its port is taken', async () => {
    await using server = await startZooKeeper();
    const port = server.connectString.split(':')[1]!;
    const refused = await ran(undefined, 'proxy', 'zk:1', '--port', port);
    expect([refused.code, refused.notes]).toEqual([4, [expect.stringContaining(`cannot listen on 127.0.0.1:${port}`)]]);
  });
});
