import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { History } from '../../lib/cli/repl/history.js';
import { Repl } from '../../lib/cli/repl/repl.js';
import { terminalWith } from '../../lib/cli/terminal/terminalWith.js';
import { verbs } from '../../lib/cli/verbs.js';
import { type EmbeddedZooKeeper, startEtcd, startZooKeeper } from '../../lib/testing/index.js';
import { TestTerminal, ran, withInput } from '../helpers/testTerminal.js';
import { waitFor } from '../helpers/waitFor.js';

describe('qrx repl', () => {
  let server: EmbeddedZooKeeper;
  let url: string;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qrx-'));
    server = await startZooKeeper();
    url = `zk://${server.connectString}`;
    for (const path of ['/app', '/app/config', '/app/jobs', '/app/jobs/1', '/app/a b'])
      await ran(url, 'create', path, `of ${path}`);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const inRepl = async (work: (repl: Repl, terminal: TestTerminal) => Promise<void>, path = '/') => {
    await using repl = new Repl(verbs, url, path, []);
    await work(repl, new TestTerminal());
  };

  it('runs lines of a pipe, with paths below a node, and goes on after an error', async () => {
    const lines = [
      'cd app',
      'pwd',
      'get config',
      "get 'a b'",
      'get /app/jobs/1',
      '# nothing',
      '',
      'get none',
      'cd jobs',
    ];
    const all = await withInput(
      url,
      [...lines, 'ls ..', 'cd ../../zookeeper', 'pwd', 'exit', 'get 1'].join('\n'),
      'repl'
    );
    expect(all.lines).toEqual([
      ...[`${url} /app`, 'of /app/config', 'of /app/a b', 'of /app/jobs/1', 'a b', 'config', 'jobs'],
      `${url} /zookeeper`,
    ]);
    expect([all.code, all.notes]).toEqual([1, ['qrx get: there is no node /app/none. Try: qrx ls /app']]);
  });

  it('says in one line what is wrong, and stays where it is', async () => {
    await inRepl(async (repl, terminal) => {
      for (const line of [
        "get 'x",
        'cd /none',
        'cd a b',
        'gte /a',
        'repl',
        'import',
        'create /x --file -',
        'cd redis://h',
      ])
        expect(await repl.run(line, terminal)).toBeGreaterThan(0);
      expect(terminal.notes).toHaveLength(8);
      expect(terminal.notes[1]).toBe('qrx cd: there is no node /none. Try: qrx ls /');
      expect(repl.prompt).toBe(`${url} /> `);
      expect(await repl.run('qrx ls', terminal)).toBe(0);
      expect(terminal.lines).toEqual(['app', 'zookeeper']);
      expect(await repl.run('quit', terminal)).toBeUndefined();
    });
  });

  it('shares one session among its verbs, and gives an ephemeral node its own', async () => {
    await inRepl(async (repl, terminal) => {
      await waitFor(() => server.sessions.length === 0);
      await repl.run('ls', terminal);
      await repl.run('get app/config', terminal);
      expect(server.sessions).toHaveLength(1);
      const part = new TestTerminal();
      const end = repl.run('create /mine --mode ephemeral', part);
      await waitFor(() => part.notes.length === 1);
      expect(server.sessions).toHaveLength(2);
      part.interrupt();
      expect(await end).toBe(0);
      expect(server.tree().has('/mine')).toBe(false);
      expect(server.sessions).toHaveLength(1);
    });
    await waitFor(() => server.sessions.length === 0);
  });

  it('ends a verb that runs, and not itself', async () => {
    await inRepl(async (repl, terminal) => {
      const part = new TestTerminal();
      const end = repl.run('watch app', part);
      await waitFor(() => part.lines.length === 1);
      part.interrupt();
      expect(await end).toBe(0);
      expect(await repl.run('ls app', terminal)).toBe(0);
    });
  });

  it('goes to another store, by its URL, and back', async () => {
    await using etcd = await startEtcd();
    const other = `etcd://${etcd.endpoints.join()}`;
    await inRepl(async (repl, terminal) => {
      await repl.run(`cd ${other}/place`, terminal);
      expect(repl.prompt).toBe(`${other} /place> `);
      await repl.run('create a red', terminal);
      await repl.run('hive put b blue', terminal);
      await repl.run('get /place/a', terminal);
      await repl.run(`cd ${url}`, terminal);
      await repl.run('ls', terminal);
      expect(terminal.lines.filter((line) => !line.includes('version'))).toEqual([
        '/place/a',
        'red',
        'app',
        'zookeeper',
      ]);
    });
    expect((await ran(`${other}/place`, 'hive', 'list')).lines).toEqual(['b']);
  });

  it('completes verbs, options and paths', async () => {
    await inRepl(async (repl, terminal) => {
      const words = async (line: string) => (await repl.complete(line, terminal)).words;
      expect(await words('wa')).toEqual(['watch']);
      expect(await words('ex')).toEqual(['exit', 'export']);
      expect(await words('watch --ch')).toEqual(['--children']);
      expect(await words('hive up')).toEqual(['update', 'upload']);
      expect(await words('get ')).toEqual(['a b', 'config', 'jobs']);
      expect(await words('get /')).toEqual(['/app', '/zookeeper']);
      expect(await words('get /ap')).toEqual(['/app/']);
      expect(await words('cd j')).toEqual(['jobs/']);
      expect(await words('get config')).toEqual(['config']);
      expect(await repl.complete("get 'a", terminal)).toEqual({ part: "'a", words: ['a b'] });
      expect(await words(`get ${url}/ap`)).toEqual([`${url}/app/`]);
      expect(await words('set config --version ')).toEqual([]);
      expect(await words('lock /app -- ')).toEqual([]);
      expect(await words('gte ')).toEqual([]);
    }, '/app');
  });

  it('offers nothing, in time, where the store does not answer', async () => {
    await using dead = new Repl(verbs, 'zk://127.0.0.1:1', '/', []);
    expect((await dead.complete('get /', new TestTerminal())).words).toEqual([]);
    await using repl = new Repl(verbs, url, '/', []);
    await repl.run('ls', new TestTerminal());
    server.pause();
    expect((await repl.complete('get /', new TestTerminal())).words).toEqual([]);
    server.resume();
  });

  it('keeps its lines in a file that only its user can read, without those that may have a secret', () => {
    const file = join(folder, 'state/history');
    const history = new History({ QRX_HISTORY: file });
    for (const line of ['ls', 'ls', ' get /mine', 'acl /a digest:bob:x=:r', 'ls zk://ann:secret@h', 'get /a'])
      history.add(line);
    expect(readFileSync(file, 'utf8')).toBe('ls\nget /a\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(new History({ QRX_HISTORY: file }).lines).toEqual(['get /a', 'ls']);
    writeFileSync(file, 'x\n'.repeat(5000), { mode: 0o644 });
    expect(new History({ QRX_HISTORY: file }).lines).toHaveLength(1000);
    expect(readFileSync(file, 'utf8')).toHaveLength(2000);
    const nowhere = new History({ QRX_HISTORY: '/no/such/folder/file' });
    nowhere.add('ls');
    expect(nowhere.lines).toEqual(['ls']);
  });
});

describe('the completion of a shell', () => {
  it('asks for paths, and knows the verbs of a verb', async () => {
    await using server = await startZooKeeper();
    const url = `zk://${server.connectString}`;
    for (const path of ['/app', '/app/one', '/app/other']) await ran(url, 'create', path);
    const asked = async (line: string) => (await ran(url, '__complete', line)).lines;
    expect(await asked('qrx get /app/o')).toEqual(['/app/one', '/app/other']);
    expect(await asked('qrx ls')).toEqual(['ls']);
    expect(await asked(`qrx get ${url} /ap`)).toEqual(['/app/']);
    expect(await ran('zk://127.0.0.1:1', '__complete', 'qrx get /')).toMatchObject({ code: 0, lines: [], notes: [] });
    expect((await ran(undefined, 'help')).lines.join('\n')).not.toContain('__complete');
    const { lines } = await ran(undefined, 'completion', 'bash');
    const completed = (...words: string[]) => {
      const line = words.join(' ');
      const asks = `qrx() { echo "/asked"; }`;
      const place = `COMP_LINE='${line}'; COMP_POINT=${line.length}`;
      const set = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; ${place}`;
      const program = `${lines.join('\n')}\n${asks}\n${set}; _qrx; echo "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim();
    };
    expect(completed('qrx', 'wa')).toBe('watch');
    expect(completed('qrx', 'watch', '--ch')).toBe('--children');
    expect(completed('qrx', 'watch', '/')).toBe('/asked');
    expect(completed('qrx', 'hive', 'down')).toBe('download');
    expect(completed('qrx', 'hive', 'upload', '--res')).toBe('--resume');
    expect(completed('qrx', 'hive', 'upload', 'x')).toBe('');
  });

  it('never asks a question', async () => {
    const asking = terminalWith(new TestTerminal(), { ask: () => Promise.reject(new Error('asked')) });
    await using repl = new Repl(verbs, 'etcd://127.0.0.1:1', '/', ['--user', 'ann']);
    expect((await repl.complete('get /', asking)).words).toEqual([]);
  });
});
