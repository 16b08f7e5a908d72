import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { version } from '../../lib/cli/version.js';
import { open, utf8 } from '../../lib/index.js';
import { type EmbeddedZooKeeper, startZooKeeper } from '../../lib/testing/index.js';
import { ROOT, build } from '../helpers/project.js';
import { QRX, StartedProgram } from '../helpers/startedProgram.js';
import { waitFor } from '../helpers/waitFor.js';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
};

describe('the command of the package, as a process', () => {
  let server: EmbeddedZooKeeper;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    await build();
    server = await startZooKeeper();
  }); // only for programs that hang
  afterAll(async () => {
    children.forEach((child) => child.kill('SIGKILL'));
    await server?.stop();
  });

  const start = (...args: string[]) => {
    const started = new StartedProgram(process.execPath, [QRX, ...args], `zk://${server.connectString}`);
    children.push(started.child);
    return started;
  };

  it('has the version and the names of the manifest', () => {
    expect(version).toBe(manifest.version);
    const file = Object.values(manifest.bin).map((path) => join(ROOT, path));
    expect([Object.keys(manifest.bin), file]).toEqual([
      ['qrx', 'quorum-rx'],
      [QRX, QRX],
    ]);
    expect(readFileSync(QRX, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('prints results on standard output, problems on standard error, and ends with a code', async () => {
    expect(await start('--version').end()).toEqual({ code: 0, out: `${version}\n`, err: '' });
    expect(await start('get', '/none').end()).toEqual({
      code: 1,
      out: '',
      err: 'qrx get: there is no node /none. Try: qrx ls /\n',
    });
    expect(await start('create', '/a', 'x\ny').end()).toEqual({ code: 0, out: '/a\n', err: '' });
    expect(await start('get', '/a').end()).toEqual({ code: 0, out: 'x\ny\n', err: '' });
  });

  it('asks for lines on a terminal, completes them, and outlives Ctrl-C', async () => {
    const history = join(mkdtempSync(join(tmpdir(), 'qrx-')), 'history');
    const program = `QRX_HISTORY=${history} exec ${process.execPath} ${QRX} repl`;
    const asking = new StartedProgram('script', ['-qfec', program, '/dev/null'], `zk://${server.connectString}`);
    children.push(asking.child);
    const type = async (keys: string, shown: string) => {
      const from = asking.out.length;
      asking.child.stdin!.write(keys);
      await waitFor(() => asking.out.slice(from).includes(shown), { what: `${shown} after ${JSON.stringify(keys)}` });
    };
    await waitFor(() => asking.out.includes('/> '));
    await type('cd zo\t', 'zookeeper');
    await type('\r', '/zookeeper> ');
    await type('wa\t', 'watch ');
    await type('--tree\r', 'waiting for changes');
    await type('\u0003', '/zookeeper> ');
    await type('pwd\r', `zk://${server.connectString} /zookeeper`);
    asking.child.stdin!.write('exit\r');
    expect((await asking.end()).code).toBe(0);
    expect(readFileSync(history, 'utf8')).toBe('cd zookeeper/\nwatch --tree\npwd\nexit\n');
  });

  it('reads a value from standard input', async () => {
    const setting = start('create', '/given', '--file', '-');
    setting.child.stdin!.end('from a pipe');
    expect(await setting.end()).toMatchObject({ code: 0 });
    expect((await start('get', '--raw', '/given').end()).out).toBe('from a pipe');
  });

  it('tells a user that it waits for standard input', async () => {
    const reading = new StartedProgram(
      'script',
      ['-qfec', `exec ${process.execPath} ${QRX} import /typed`, '/dev/null'],
      `zk://${server.connectString}`
    );
    children.push(reading.child);
    await waitFor(() => reading.out.includes('Ctrl-D ends it'));
    reading.child.stdin!.write('{"path":"/a","value":"x"}\r\u0004');
    expect((await reading.end()).code).toBe(0);
    expect(server.tree().has('/typed/a')).toBe(true);
  });

  it('ends a watch, its session and its nodes at SIGINT, and a wait for input too', async () => {
    const watching = start('watch', '/');
    const keeping = start('create', '/mine', '--mode', 'ephemeral');
    const waiting = start('import', '/new');
    await waitFor(() => watching.out !== '' && keeping.err !== '' && server.sessions.length >= 3);
    for (const { child } of [watching, keeping, waiting]) child.kill('SIGINT');
    expect([(await watching.end()).code, (await keeping.end()).code, (await waiting.end()).code]).toEqual([0, 0, 130]);
    expect(server.tree().has('/mine')).toBe(false);
    expect(server.sessions).toEqual([]);
  });

  it('ends in silence when the reader of its output has left', async () => {
    await using zk = await open(server.connectString);
    const names = Array.from({ length: 3000 }, (_, i) => `/many/${'x'.repeat(50)}${i}`);
    await firstValueFrom(zk.create('/many', '', { codec: utf8 }));
    await firstValueFrom(zk.batch(names.map((name) => zk.create(name, Buffer.alloc(100, '.')))));
    const piped = new StartedProgram(
      'sh',
      ['-c', '"$0" "$1" export / | head -n 1; echo end', process.execPath, QRX],
      `zk://${server.connectString}`
    );
    children.push(piped.child);
    const { code, out, err } = await piped.end();
    expect([code, out.split('\n').slice(-2), err]).toEqual([0, ['end', ''], '']);
  });
});
