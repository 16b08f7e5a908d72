import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { READ_ACL, digestAcl, open, utf8 } from '../../lib/index.js';
import { qrx } from '../../lib/cli/qrx.js';
import { version } from '../../lib/cli/version.js';
import { startZooKeeper } from '../../lib/testing/index.js';
import { type CliGround, cliGrounds } from '../helpers/cliGrounds.js';
import { build } from '../helpers/project.js';
import { QRX, StartedProgram } from '../helpers/startedProgram.js';
import { TestTerminal, ran, withInput } from '../helpers/testTerminal.js';
import { waitFor } from '../helpers/waitFor.js';

/** Programs of shells that print the completions of the last word. */
const COMPLETED: Readonly<Record<string, (script: string, words: readonly string[]) => string>> = {
  bash: (script, words) => `${script}
    COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; COMP_LINE='${words.join(' ')}'
    COMP_POINT=\${#COMP_LINE}; _qrx; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (script, words) => `
    compdef() { }; compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- \${(M)@:#$PREFIX*}; }
    ${script}
    words=(${words.join(' ')}); CURRENT=${words.length}; PREFIX='${words.at(-1)}'; _qrx`,
  fish: (script, words) => `${script}\ncomplete -C '${words.join(' ')}'`,
};

let built: Promise<void> | undefined; // only by tests that need it

describe.each(Object.keys(cliGrounds))('qrx, on %s', (name) => {
  const [isZooKeeper, isArakoon] = [name.includes('ZooKeeper'), name.includes('Arakoon')];
  const isReal = !name.includes('embedded');
  let ground: CliGround;
  let store: string;
  let count = 0;
  beforeAll(async () => {
    ground = await cliGrounds[name]!();
  });
  afterAll(() => ground?.stop());
  beforeEach(async () => {
    const place = `place${count++}`;
    if (isZooKeeper) await ran(ground.url(''), 'create', place);
    store = ground.url(place);
  });

  const q = (...args: string[]) => ran(store, ...args);
  const done = { code: 0, notes: [] };

  it('creates, reads, writes and deletes nodes', async () => {
    expect(await q('create', '/a', 'red')).toMatchObject({ ...done, lines: ['/a'] });
    expect(await q('get', '/a')).toMatchObject({ ...done, lines: ['red'] });
    expect(await q('set', 'a', 'green')).toMatchObject(done);
    expect((await q('get', '/a', '--json')).records).toMatchObject([{ path: '/a', value: 'green' }]);
    expect((await q('stat', '/a', '--json')).records).toMatchObject([{ path: '/a', bytes: 5 }]);
    expect((await q('stat', '/a')).lines.join('\n')).toMatch(/^path +\/a\n[^]*bytes +5/);
    expect(await q('rm', '/a')).toMatchObject(done);
    expect(await q('get', '/a')).toMatchObject({ code: 1, lines: [], notes: [expect.stringContaining('no node /a')] });
  });

  it('says what is wrong in one line, with an exit code for scripts', async () => {
    await q('create', '/a', 'red');
    expect(await q('create', '/a', 'red')).toMatchObject({ code: 3, notes: [expect.stringMatching(/\/a.*qrx set/)] });
    expect(await q('create')).toMatchObject({ code: 2, notes: [expect.stringContaining('PATH')] });
    expect(await q('set', '/b', 'red')).toMatchObject({ code: 1, notes: [expect.stringMatching(/qrx create \/b$/)] });
    expect(await q('rm', '/b')).toMatchObject({ code: 1 });
    expect(await q('stat', '/b')).toMatchObject({ code: 1 });
    expect(await q('ls', '/b')).toMatchObject({ code: 1 });
    expect(await q('tree', '/b')).toMatchObject({ code: 1 });
    expect(await q('set', '/a')).toMatchObject({ code: 2, notes: [expect.stringContaining('VALUE')] });
    expect(await q('set', '/a', 'b', 'c')).toMatchObject({ code: 2 });
    expect(await q('set', '/a', 'b', '--version', 'x')).toMatchObject({ code: 2 });
  });

  it('changes only the version that is asked for, and gives a node a time to live', async () => {
    await q('create', '/a', 'red');
    if (isArakoon) {
      expect(await q('set', '/a', 'green', '--version', '1')).toMatchObject({ code: 2 });
      return;
    }
    if (isZooKeeper) expect(await q('create', '/short', 'x', '--ttl', '600000')).toMatchObject(done);
    const version = String((await q('stat', '/a', '--json')).records[0]!.version);
    expect(await q('set', '/a', 'green', '--version', version)).toMatchObject({ code: 0 });
    expect(await q('set', '/a', 'blue', '--version', version)).toMatchObject({
      code: 3,
      notes: [expect.stringContaining('qrx stat')],
    });
    expect(await q('rm', '/a', '--version', version)).toMatchObject({ code: 3 });
    expect((await q('get', '/a')).lines).toEqual(['green']);
  });

  it('lists names, and prints and deletes trees', async () => {
    const paths = ['/app', '/app/b', '/app/b/1', '/app/b-2', '/app/a', '/app/a/x'];
    for (const path of paths) await q('create', path, `of ${path}`);
    expect((await q('ls', '/app')).lines).toEqual(['a', 'b', 'b-2']);
    expect((await q('ls', '/app/b/1')).lines).toEqual([]);
    expect((await q('ls')).lines).toEqual(['app']);
    expect((await q('tree', '/app')).lines).toEqual(['/app', '  a', '    x', '  b', '    1', '  b-2']);
    expect((await q('tree', '/app', '--depth', '1')).lines).toEqual(['/app', '  a', '  b', '  b-2']);
    expect((await q('tree', '/app', '--json')).records.map(({ path }) => path)).toEqual(
      expect.arrayContaining([...paths])
    );
    expect((await q('tree', '/app/b', '-v')).lines).toEqual(['/app/b  of /app/b', '  1  of /app/b/1']);
    expect(await q('rm', '-r', '/app/b')).toMatchObject(done);
    expect((await q('tree', '/app')).lines).toEqual(['/app', '  a', '    x', '  b-2']);
  });

  it('copies, compares, exports and imports trees, and begins no node again', async () => {
    const paths = ['/app', '/app/a', '/app/a/b.json', '/app/c'];
    for (const path of paths) await q('create', path, `of ${path}`);
    expect(await q('cp', '/app', '/copy', '--dry-run')).toMatchObject({ code: 0, lines: ['4 created'] });
    expect((await q('ls', '/copy')).code).toBe(1);
    expect(await q('cp', '/app', '/copy')).toMatchObject({ code: 0, lines: ['4 created'] });
    expect(await q('cp', '/app', '/copy')).toMatchObject({ code: 0, lines: ['0 created, 4 same'] });
    expect(await q('diff', '/app', '/copy')).toMatchObject({ code: 0, lines: [] });
    await q('set', '/copy/a', 'other');
    await q('rm', '/copy/c');
    await q('create', '/copy/d', 'more');
    expect(await q('diff', '/app', '/copy')).toMatchObject({ code: 1, lines: ['! /a', '< /c', '> /d'] });
    expect((await q('cp', '/app', '/copy', '--keep')).lines).toEqual(['1 created, 2 same, 1 kept']);
    expect((await q('cp', '/app', '/copy')).lines).toEqual(['0 created, 1 replaced, 3 same']);

    const whole = await q('export', '/app');
    expect(whole.records.map(({ path, value }) => `${String(path)}=${String(value)}`)).toEqual([
      ...['=of /app', '/a=of /app/a', '/a/b.json=of /app/a/b.json', '/c=of /app/c'],
    ]);
    expect((await q('export', '/app', '--after', '/a')).lines).toEqual(whole.lines.slice(2));
    const importing = async (...args: string[]) => {
      const terminal = new TestTerminal();
      terminal.env.QRX_URL = store;
      terminal.given = Buffer.from(whole.lines.join('\n'));
      return [await qrx(['import', ...args], terminal), ...terminal.lines];
    };
    expect(await importing('/again', '-n')).toEqual([0, '4 created']);
    expect(await importing('/again')).toEqual([0, '4 created']);
    expect(await importing('/again')).toEqual([0, '0 created, 4 same']);
    expect(await q('diff', '/app', '/again')).toMatchObject({ code: 0 });
  });

  it('takes the path of a URL for that of a node, and the path after it for one below', async () => {
    await q('create', '/app', 'top');
    await q('create', '/app/a', 'below');
    const url = ground.url(`place${count - 1}/app`);
    expect((await ran(undefined, 'get', url)).lines).toEqual(['top']);
    expect((await ran(undefined, 'get', url, 'a')).lines).toEqual(['below']);
    expect((await ran(undefined, 'set', url, 'red')).notes).toEqual([expect.stringContaining('after PATH /red, or')]);
    expect((await ran(undefined, 'get', `${ground.url('')}`, `/place${count - 1}/app/a`)).lines).toEqual(['below']);
    expect((await ran(undefined, 'cp', url, ground.url(`place${count - 1}/copy`))).lines).toEqual(['2 created']);
    expect((await q('tree', '-v', '/copy')).lines).toEqual(['/copy  top', '  a  below']);
    expect(await q('cp', '/app', '/app/b')).toMatchObject({ code: 2, notes: [expect.stringContaining('below FROM')] });
    expect(await q('cp', '/none', '/b')).toMatchObject({ code: 1, notes: [expect.stringContaining('/none')] });
    expect(await q('rm', '-r', '/')).toMatchObject({ code: 2, notes: [expect.stringContaining('PATH')] });
    expect(await q('ls', '/app', '/b')).toMatchObject({ code: 2, notes: [expect.stringContaining('too many: /b')] });
  });

  it('shows its servers', async () => {
    const status = await q('status', '--json');
    expect(status).toMatchObject({ code: 0, notes: [] });
    const roles = status.records.map(({ role }) => role);
    const leading = roles.filter((role) => ['standalone', 'leader', 'master'].includes(String(role)));
    expect([leading.length, roles.includes('unreachable')]).toEqual([1, false]);
    expect(status.records.every(({ version }) => /^\d+\.\d+\.\d+$/.test(String(version)))).toBe(true);
    expect((await q('status')).lines[0]).toMatch(/server .*role .*version/);
  });

  it('does the operations of a file together, and names the line of one that is refused', async () => {
    const version = async (path: string) => String((await q('stat', path, '--json')).records[0]!.version);
    const txn = (text: string, ...args: string[]) => withInput(store, text, 'txn', '-', ...args);
    await q('create', '/a', 'red');
    await q('create', '/c', 'old');
    const check = isArakoon ? 'check /a' : `check /a ${await version('/a')}`;
    const all = await txn(`# a comment\n${check}\n\ncreate /b 'two words'\nset /c new\n`);
    expect([all.code, all.notes, all.lines.map((line) => line.split('  ')[0])]).toEqual([
      ...[0, [], ['checked /a', 'created /b', 'set /c']],
    ]);
    expect((await q('get', '/b')).lines).toEqual(['two words']);
    expect((await q('get', '/c')).lines).toEqual(['new']);
    const refused = await txn('{"do":"set","path":"/c","value":"newer"}\ncreate /b again\ndelete /a');
    expect(refused).toMatchObject({ code: 3, lines: [] });
    expect(refused.notes).toEqual(['qrx txn: line 2: create /b: there is such a node already. Nothing was changed']);
    expect((await q('get', '/c')).lines).toEqual(['new']);
    expect(await txn('check /a\ndelete /none')).toMatchObject({
      code: 1,
      notes: [expect.stringContaining('line 2: delete')],
    });
    if (isArakoon) expect((await txn('check /a 3')).notes).toEqual([expect.stringMatching(/line 1.*have none/)]);
    else
      expect(await txn('delete /b\nset /a x --version 99999')).toMatchObject({
        code: 3,
        notes: [expect.stringMatching(/line 2: set \/a: it has (another|the) version/)],
      });
    expect((await txn('delete /a\ndelete /b', '--json')).records).toMatchObject([
      { line: 1, do: 'delete', path: '/a' },
      { line: 2, do: 'delete', path: '/b' },
    ]);
    expect((await q('ls')).lines).toEqual(['c']);
  });

  it('does of a transaction what the store can do, and refuses the rest by its line', async () => {
    const txn = (text: string, ...args: string[]) => withInput(store, text, 'txn', '-', ...args);
    await q('create', '/a', 'red');
    if (isZooKeeper) {
      const numbered = await txn('create /job- --mode persistentSequential', '--json');
      expect(numbered.records).toMatchObject([{ path: '/job-0000000001' }]);
      for (const bad of ['put /a b', 'get /a', 'check /a --absent', 'delete -r /a', 'check /a\nelse\ndelete /a'])
        expect(await txn(bad)).toMatchObject({ code: 2, notes: [expect.stringMatching(/^qrx txn: line \d/)] });
      expect((await txn('create /x/y')).notes).toEqual([expect.stringContaining('no node above it')]);
      return;
    }
    expect((await txn('check /x --absent\ncheck /a --value red\nput /b one\nput /b/c two')).code).toBe(0);
    expect(await txn('put /a green\ncheck /b --value two')).toMatchObject({
      code: 3,
      notes: [expect.stringMatching(/line 2: check \/b: it has another value/)],
    });
    expect((await txn('delete -r /b\ndelete -r /none')).code).toBe(0);
    expect((await q('find', '/', '--json')).records).toMatchObject([{ path: '/a', value: 'red' }]);
    if (isArakoon) {
      expect((await txn('put /a x\nput /a y\ncheck /a --value y')).code).toBe(0);
      expect(await txn('check /a\nelse\nput /a z')).toMatchObject({ code: 2 });
      return;
    }
    const leader = (name: string) => txn(`create /leader ${name}\nelse\nget /leader\nput /loser ${name}`);
    expect(await leader('ada')).toMatchObject({
      code: 0,
      lines: [expect.stringContaining('created /leader')],
      notes: [],
    });
    expect(await leader('bob')).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/^read \/leader {2}version \d+ {2}ada$/), expect.stringContaining('put /loser')],
      notes: ['qrx txn: line 1 does not hold: the operations after else were done'],
    });
    expect((await q('get', '/loser')).lines).toEqual(['bob']);
    for (const bad of ['put /a x\nput /a y', 'put /a x\ncheck /a', 'create /x --ttl 5', 'check /a\nelse\nset /a x'])
      expect(await txn(bad)).toMatchObject({ code: 2, notes: [expect.stringMatching(/^qrx txn: line \d/)] });
  });

  it('shows its sessions or leases, and all figures', async () => {
    const figures = (await q('status', '--figures', '--json')).records;
    expect(figures.length).toBeGreaterThan(8);
    expect(figures.every(({ server, figure, value }) => server && figure && value !== undefined)).toBe(true);
    expect(await q('status', '-s', '-f')).toMatchObject({ code: 2 });
    const sessions = await q('status', '--sessions', '--json');
    if (isArakoon) expect(sessions).toMatchObject({ code: 2, notes: [expect.stringContaining('Arakoon')] });
    else if (isZooKeeper)
      expect(sessions.records).toMatchObject([{ session: expect.stringMatching(/^0x[0-9a-f]+$/), timeout: 30000 }]);
    else {
      await q('create', '/mine', 'x', '--ttl', '60000');
      const leases = (await q('status', '--sessions', '--json')).records;
      expect(leases).toMatchObject([{ 'ttl ms': 60000, keys: 1, first: expect.stringMatching(/mine$/) }]);
    }
  });

  it('shows and replaces rights, and asks four-letter words, in ZooKeeper alone', async () => {
    await q('create', '/a', 'red');
    if (!isZooKeeper) {
      expect(await q('acl', '/a')).toMatchObject({ code: 2, notes: [expect.stringContaining('no rights')] });
      expect(await q('command', 'srvr')).toMatchObject({ code: 2, notes: [expect.stringContaining('four-letter')] });
      return;
    }
    expect((await q('acl', '/a')).lines).toEqual(['world:anyone:cdrwa']);
    const bob = digestAcl('bob', 'secret').id;
    expect(await q('acl', '/a', 'world:anyone:rwa', `digest:${bob}:cd`)).toMatchObject({ ...done, lines: [] });
    expect((await q('acl', '/a', '--json')).records).toEqual([
      { scheme: 'world', id: 'anyone', perms: 'rwa' },
      { scheme: 'digest', id: bob, perms: 'cd' },
    ]);
    expect(await q('acl', '/a', 'world:anyone:cdrwa', '--version', '0')).toMatchObject({ code: 3 });
    expect(await q('acl', '/a', 'digest:bob:secret:r')).toMatchObject({ code: 2 });
    expect(await q('acl', '/a', 'world:anyone:x')).toMatchObject({ code: 2 });
    expect(await q('acl', '/none')).toMatchObject({ code: 1 });
    expect((await q('acl', '/a', 'auth::cdrwa')).notes).toEqual([
      expect.stringMatching(/identity.*qrx help connection/),
    ]);
    expect((await q('acl', '/a', 'world:anyone:r')).notes).toEqual([expect.stringContaining('super user')]);
    for (const args of [
      ['create', '/a/b'],
      ['create', '/a/b/', 'c'],
    ])
      expect((await q(...args)).notes).toEqual([expect.stringMatching(/\/a\/b: .*Try: qrx acl \/a$/)]);
    expect(await q('ls', '/a/')).toMatchObject({ ...done, lines: [] });
    expect((await q('command', 'srvr')).lines.join('\n')).toMatch(/^Zookeeper version: /);
    expect(await q('command', 'SRVR')).toMatchObject({ code: 2 });
  });

  it('finds nodes, and counts their sizes', async () => {
    for (const path of ['/app', '/app/a', '/app/a/b.json', '/app/c.json']) await q('create', path, path);
    expect((await q('find', '/app', '--name', '*.json')).lines).toEqual(['/app/a/b.json', '/app/c.json']);
    expect((await q('find', '/app', '--name', '?-[d*')).code).toBe(1);
    expect((await q('find', '/app', '--name', '?.json', '--value', '^/app/c')).lines).toEqual(['/app/c.json']);
    expect((await q('find', '/app', '--larger', '12')).lines).toEqual(['/app/a/b.json']);
    expect(await q('find', '/app', '--name', 'x')).toMatchObject({ code: 1, lines: [] });
    expect(await q('find', '/app', '--value', '(')).toMatchObject({ code: 2 });
    expect((await q('du', '/app', '--json')).records).toEqual([
      { nodes: 2, bytes: 19, name: 'a' },
      { nodes: 1, bytes: 11, name: 'c.json' },
      { nodes: 1, bytes: 4, name: '.' },
    ]);
  });

  it.each(isArakoon ? ['lock'] : ['lock', 'elect'])(
    'runs a program under a %s, with its fencing token',
    async (verb) => {
      const folder = mkdtempSync(join(tmpdir(), 'qrx-'));
      const program = (text: string) => [verb, '/held', '--', process.execPath, '-e', text];
      const log = join(folder, 'log').replaceAll('\\', '/');
      const line = "process.env.QRX_PATH + ' ' + process.env.QRX_TOKEN + '\\n'";
      const tell = `require('fs').appendFileSync('${log}', ${line});`;
      const waits = `${tell} process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000);`;
      const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
      expect(await q(verb, '--', 'true')).toMatchObject({ code: 2, notes: [expect.stringContaining('PATH')] });
      expect(await q(verb, '/held', 'sh', '-c', 'true')).toMatchObject({
        code: 2,
        notes: [expect.stringContaining("after '--'")],
      });
      expect(await q(...program(`${tell} process.exit(3)`))).toMatchObject({ code: 3 });
      const terminal = new TestTerminal();
      terminal.env.QRX_URL = store;
      const first = qrx(program(waits), terminal);
      await waitFor(() => lines().length === 2);
      const late = new TestTerminal();
      late.env.QRX_URL = store;
      expect(await qrx([verb, '/held', '--wait', '400', '--', process.execPath, '-e', ''], late)).toBe(1);
      expect(late.steps).toContain('waiting for /held');
      const second = q(...program(tell));
      terminal.interrupt();
      expect(await first).toBe(7);
      expect((await second).code).toBe(0);
      const tokens = lines().map((line) => line.split(' '));
      expect(tokens.map(([path]) => path)).toEqual(['/held', '/held', '/held']);
      const numbers = tokens.map(([, token]) => BigInt(token!));
      expect(numbers[0]! < numbers[1]! && numbers[1]! < numbers[2]!).toBe(true);
      expect(await q(verb, '/held')).toMatchObject({ code: 2, notes: [expect.stringContaining('COMMAND')] });
      expect((await q(verb, '/held', '--', '/no/such/program')).code).toBe(127);
      rmSync(folder, { recursive: true });
    }
  );

  it('refuses an import that is none, and names the line', async () => {
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = store;
    for (const bad of [
      '{',
      '[]',
      '{"path":7}',
      '{"path":"a","value":"x"}',
      '{"path":"/a","value":7}',
      '{"path":"/a"}',
    ]) {
      terminal.given = Buffer.from(`{"path":"/ok","value":"1"}\n${bad}`);
      expect(await qrx(['import', '/bad'], terminal)).toBe(2);
      expect(terminal.notes.at(-1)).toContain('line 2');
    }
  });

  it('keeps bytes as they are', async () => {
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = store;
    terminal.given = Uint8Array.from([0, 1, 255, 10]);
    expect(await qrx(['create', '/bytes', '--file', '-'], terminal)).toBe(0);
    expect(await qrx(['get', '/bytes', '--raw'], terminal)).toBe(0);
    expect(terminal.written.map((bytes) => [...bytes])).toEqual([[0, 1, 255, 10]]);
    expect((await q('get', '/bytes', '--json')).records).toMatchObject([{ base64: 'AAH/Cg==' }]);
    expect(await qrx(['get', '/bytes'], terminal)).toBe(0); // for a pipe
    expect([...terminal.written[1]!]).toEqual([0, 1, 255, 10, 10]);
  });

  it('shows a value on a terminal without bytes that are no text, or that move the cursor', async () => {
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = store;
    terminal.columns = 80;
    terminal.given = Uint8Array.from([0, 1, 255, 10]);
    for (const args of [
      ['create', '/bytes', '--file', '-'],
      ['create', '/text', '\u001b[2Jred\nblue\t1'],
      ['get', '/bytes'],
    ])
      expect(await qrx(args, terminal)).toBe(0);
    expect(terminal.lines.at(-1)).toBe('0x0001ff0a');
    expect(terminal.notes).toEqual(['4 bytes that are no text. Try: qrx get --raw /bytes > FILE']);
    expect(await qrx(['get', '/text'], terminal)).toBe(0);
    expect([terminal.lines.at(-1), terminal.written]).toEqual(['\\u001b[2Jred\nblue\t1', []]);
  });

  it('watches a value, names and a tree, until it is interrupted', async () => {
    await q('create', '/app', 'red');
    for (const name of ['z', 'b', 'c']) await q('create', `/app/${name}`, '1');
    const watching = (...args: string[]) => {
      const terminal = new TestTerminal();
      terminal.env.QRX_URL = store;
      return { terminal, end: qrx(['watch', ...args, '--json'], terminal) };
    };
    const [value, names, tree] = [watching('/app'), watching('-c', '/app'), watching('-t', '/app')];
    const all = [value, names, tree];
    await waitFor(() => value.terminal.lines.length === 1);
    await waitFor(() => [names, tree].every((it) => it.terminal.notes.join().includes('waiting for changes')));
    ground.drop?.();
    await q('set', '/app', 'green');
    await q('create', '/app/a', '1');
    const has = (it: typeof value, text: string) => it.terminal.lines.some((line) => line.includes(text));
    await waitFor(() => has(value, 'green') && has(names, '"added","name":"a"') && has(tree, '/app/a'));
    await q('rm', '/app/a');
    await waitFor(() => has(names, '"removed","name":"a"') && has(tree, '"removed","path":"/app/a"'));
    all.forEach(({ terminal }) => terminal.interrupt());
    expect(await Promise.all(all.map(({ end }) => end))).toEqual([0, 0, 0]);
    const added = names.terminal.lines.flatMap((line) => /"added","name":"(.)"/.exec(line)?.[1] ?? []);
    expect(added).toEqual(['b', 'c', 'z', 'a']); // the first names are sorted
  });

  if (isReal)
    it('does its work as a process, also while the server is killed and started again', async () => {
      await (built ??= build());
      const children: StartedProgram[] = [];
      const start = (command: string, ...args: string[]) => {
        children.push(new StartedProgram(command, args, store));
        return children.at(-1)!;
      };
      const p = (...args: string[]) => start(process.execPath, QRX, ...args);
      const end = (...args: string[]) => p(...args).end();
      try {
        expect(await end('create', '/app', 'red')).toEqual({ code: 0, out: '/app\n', err: '' });
        const changed = await Promise.all([end('create', '/app/a', 'one'), end('set', '/app', 'green')]);
        for (const { code, err } of changed) expect([code, err]).toEqual([0, '']);
        const [read, listed, refused] = await Promise.all([
          end('get', '/app', '--json'),
          end('ls', '/app'),
          end('create', '/app', 'x'),
        ]);
        expect(JSON.parse(read.out)).toMatchObject({ path: '/app', value: 'green' });
        expect(listed).toEqual({ code: 0, out: 'a\n', err: '' });
        expect(refused).toMatchObject({ code: 3, out: '' });

        const copying = '"$0" "$1" export /app | "$0" "$1" import /copy';
        const copied = { code: 0, out: '2 created\n', err: '' };
        expect(await start('sh', '-c', copying, process.execPath, QRX).end()).toEqual(copied);

        const program = ['sh', '-c', 'echo "$QRX_PATH $QRX_TOKEN"; exit 7'];
        const tokens: bigint[] = [];
        for (let i = 0; i < 2; i++) {
          const { code, out } = await end('lock', '/held', '--', ...program);
          expect([code, out]).toEqual([7, expect.stringMatching(/^\/held \d+\n$/)]);
          tokens.push(BigInt(out.split(' ')[1]!));
        }
        expect(tokens[1]).toBeGreaterThan(tokens[0]!);

        const watching = p('watch', '/app');
        await waitFor(() => watching.out.includes('green'));
        await ground.kill!();
        await waitFor(() => watching.out.includes('stale'));
        expect(await end('get', '/app', '--timeout', '200')).toMatchObject({ code: 4, out: '' });
        await ground.start!();
        expect(await end('set', '/app', 'blue')).toMatchObject({ code: 0, err: '' });
        await waitFor(() => watching.out.includes('blue'));
        watching.child.kill('SIGINT');
        const { code, out } = await watching.end();
        const told = out.trim().split('\n');
        expect([code, told.map((line) => line.slice(10).replace(/^stale: .+/, 'stale'))]).toEqual([
          ...[0, ['green', 'stale', 'live again', 'blue']],
        ]);
      } finally {
        children.forEach(({ child }) => child.kill('SIGKILL'));
      }
    }); // only for programs that hang
});

describe('qrx, on ZooKeeper alone', () => {
  const servers: { stop(): Promise<void> }[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('asks the AdminServer where words are not allowed, and says so where there is none', async () => {
    const server = await startZooKeeper({ fourLetterWords: ['ruok'] });
    servers.push(server);
    // parts of the answers of ZooKeeper 3.8.0
    const stats = { server_state: 'leader', avg_latency: 0.5, min_latency: 0, max_latency: 7, last_processed_zxid: 17 };
    const numbers = { session_timeout: 10000, outstanding_requests: 0, packets_received: 3, packets_sent: 4 };
    const connection = {
      ...{ ...numbers, remote_socket_address: '127.0.0.1:60260', last_operation: 'GETD', established: 1795877392760 },
      ...{ min_latency: 0, avg_latency: 11, max_latency: 20 },
    };
    const answers: Readonly<Record<string, string>> = {
      server_stats: JSON.stringify({ version: '3.8.0-1, built on 2024-12-29', node_count: 5, server_stats: stats }),
      connections: `{"connections":[${JSON.stringify(connection).replace('{', '{"session_id":72057878706192384,')}]}`,
      monitor: '{"znode_count":5,"watch_count":0,"server_state":"standalone"}',
    };
    const admin = createServer(({ url }, response) => {
      const command = url!.split('/').at(-1)!;
      response.end(answers[command]!.replace(/}$/, `,"command":"${command}","error":null}`));
    }).listen(0, '127.0.0.1');
    await once(admin, 'listening');
    const port = String((admin.address() as AddressInfo).port);
    const status = (...args: string[]) => ran(`zk://${server.connectString}`, 'status', '--json', ...args);
    expect(await ran(`zk://${server.connectString}`, 'command', 'mntr')).toMatchObject({
      ...{ code: 3, lines: [], notes: [expect.stringMatching(/does not allow mntr.*4lw\.commands\.whitelist=mntr/)] },
    });
    const all = await status('--admin-port', port);
    const [sessions, figures] = [await status('-s', '--admin-port', port), await status('-f', '--admin-port', port)];
    admin.close();
    const place = { server: server.connectString };
    const role = { role: 'leader', version: '3.8.0', nodes: 5, zxid: '0x11', 'latency min/avg/max': '0/0.5/7' };
    expect(all.records).toEqual([{ ...place, ...role }]);
    expect(sessions.records).toMatchObject([{ ...place, session: '0x1000042478d0000', client: '127.0.0.1:60260' }]);
    expect(figures.records).toEqual([
      { ...place, figure: 'znode_count', value: 5 },
      { ...place, figure: 'watch_count', value: 0 },
      { ...place, figure: 'server_state', value: 'standalone' },
    ]);
    expect(await status('-s', '--admin-port', '1')).toMatchObject({
      code: 4,
      notes: [expect.stringMatching(/cons is not executed.*AdminServer.*--admin-port/)],
    });
  });

  it('takes rights along in copies and exports, to new nodes', async () => {
    const server = await startZooKeeper();
    servers.push(server);
    const store = `zk://${server.connectString}`;
    await using zk = await open(server.connectString, { auth: [{ scheme: 'digest', auth: 'ann:secret' }] });
    const acl = [digestAcl('ann', 'secret'), ...READ_ACL];
    await firstValueFrom(zk.create('/app', 'a', { codec: utf8 }));
    await firstValueFrom(zk.create('/app/mine', 'b', { codec: utf8, acl }));
    const whole = await ran(store, 'export', '/app');
    expect(whole.records.map((it) => it.acl)).toMatchObject([
      [{ scheme: 'world', id: 'anyone', perms: 'cdrwa' }],
      [{ perms: 'cdrwa' }, { scheme: 'world', id: 'anyone', perms: 'r' }],
    ]);
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = store;
    terminal.given = Buffer.from(whole.lines.join('\n').replace(/"ann:[^"]*"/, `"${acl[0]!.id}"`));
    expect(await qrx(['import', '/again'], terminal)).toBe(0);
    expect((await firstValueFrom(zk.getAcl('/again/mine'))).acl).toEqual(acl);
    expect(await ran(store, 'cp', '/app', '/open', '--no-acl')).toMatchObject({ code: 0 });
    expect((await firstValueFrom(zk.getAcl('/open/mine'))).acl).toMatchObject([{ scheme: 'world', permissions: 31 }]);
    const hidden = '{"path":"/x","value":"","acl":[{"scheme":"digest","id":"ann:x","perms":"r"}]}';
    terminal.given = Buffer.from(hidden);
    expect(await qrx(['import', '/again'], terminal)).toBe(2);
    expect(terminal.notes.at(-1)).toContain('--no-acl');
    expect((await ran(store, 'create', '/open/a')).code).toBe(0);
    expect((await ran(store, 'acl', '/open', 'world:anyone:r')).code).toBe(0);
    expect(await ran(store, 'cp', '/open', '/closed')).toMatchObject({
      ...{ code: 3, notes: [expect.stringMatching(/\/closed\/\w+: .*Try: qrx acl \/closed, or --no-acl$/)] },
    });
    expect((await ran(store, 'cp', '/open', '/free', '--no-acl')).code).toBe(0);
  });

  it('keeps an ephemeral node until it is interrupted', async () => {
    const server = await startZooKeeper();
    servers.push(server);
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = `zk://${server.connectString}`;
    const end = qrx(['create', '/me', '--mode', 'ephemeral'], terminal);
    await waitFor(() => terminal.lines.length === 1 && terminal.notes.length === 1);
    expect(server.tree().has('/me')).toBe(true);
    terminal.interrupt();
    expect(await end).toBe(0);
    expect(server.tree().has('/me')).toBe(false);
  });

  it('says that it is stale, and that it is live again', async () => {
    const server = await startZooKeeper();
    servers.push(server);
    const watching = (...args: string[]) => {
      const terminal = new TestTerminal();
      terminal.env.QRX_URL = `zk://${server.connectString}`;
      return { terminal, end: qrx(['watch', '/', ...args], terminal) };
    };
    const all = [watching(), watching('-c'), watching('-t')];
    const texts = (it: (typeof all)[number]) => it.terminal.lines.map((line) => line.slice(10));
    await waitFor(() => all[2]!.terminal.notes.length === 1 && all[1]!.terminal.lines.length === 1);
    await server.refuse();
    await waitFor(() => all.every((it) => texts(it).some((line) => line.startsWith('stale: '))));
    await server.accept();
    await waitFor(() => all.every((it) => texts(it).includes('live again')));
    all.forEach(({ terminal }) => terminal.interrupt());
    await Promise.all(all.map(({ end }) => end));
    expect(texts(all[1]!)).toEqual(['+ zookeeper', expect.stringContaining('stale'), 'live again']);
  });
});

describe('qrx', () => {
  it('shows its verbs, and the help of each with examples', async () => {
    const { code, lines } = await ran(undefined, 'help');
    expect([code, lines.join('\n')]).toEqual([0, expect.stringContaining('watch')]);
    expect((await ran(undefined)).lines).toEqual(lines);
    for (const word of ['--version', 'version']) expect((await ran(undefined, word)).lines).toEqual([version]);
    for (const verb of lines.join('\n').matchAll(/^ {2}([a-z]+) {2}/gm))
      expect((await ran(undefined, verb[1]!, '--help')).lines.join('\n')).toMatch(/usage: qrx [^]*examples:\n {2}\S/);
  });

  it('refuses verbs, options and stores that it does not know', async () => {
    expect(await ran(undefined, 'lss')).toMatchObject({ code: 2, notes: [expect.stringContaining('lss')] });
    expect(await ran(undefined, 'ls', '--foo')).toMatchObject({ code: 2, notes: [expect.stringContaining('--foo')] });
    expect(await ran(undefined, 'ls')).toMatchObject({ code: 2, notes: [expect.stringContaining('QRX_URL')] });
    for (const verb of ['ls', 'status'])
      expect((await ran(undefined, verb, 'db1:2181')).notes).toEqual([expect.stringContaining('zk://db1:2181')]);
    const secret = await ran('redis://user:secret@host/', 'ls');
    expect(secret.code).toBe(2);
    expect(secret.notes.join()).not.toContain('secret');
  });

  it.each(['zookeeper', 'etcd', 'arakoon'])('serves as an embedded %s until it is interrupted', async (kind) => {
    const terminal = new TestTerminal();
    const end = qrx(['serve', kind, ...(kind === 'zookeeper' ? [] : ['--members', '3'])], terminal);
    await waitFor(() => terminal.lines.length === 1);
    const status = await ran(terminal.lines[0], 'status', '--json');
    expect([status.code, status.records.length]).toEqual([0, kind === 'zookeeper' ? 1 : 3]);
    const port = /\d+$/.exec(terminal.lines[0]!)![0];
    const taken = await ran(undefined, 'serve', 'zookeeper', '--port', port);
    expect(taken).toMatchObject({ code: 4, notes: [expect.stringMatching(/listen.*Try: another --port$/)] });
    terminal.interrupt();
    expect(await end).toBe(0);
    expect(await ran(undefined, 'serve', 'redis')).toMatchObject({ code: 2 });
  });

  it('makes a bad network in front of a server', async () => {
    await using server = await startZooKeeper();
    const terminal = new TestTerminal();
    const end = qrx(['proxy', server.connectString, '--latency', '5', '--cut-every', '50', '--json'], terminal);
    await waitFor(() => terminal.lines.length === 1);
    const { from, to } = JSON.parse(terminal.lines[0]!) as Record<string, string>;
    expect(to).toBe(server.connectString);
    const watching = new TestTerminal();
    watching.env.QRX_URL = `zk://${from}`;
    const watched = qrx(['watch', '-c', '/'], watching);
    await waitFor(() => watching.lines.some((line) => line.includes('stale')));
    watching.interrupt();
    terminal.interrupt();
    expect(await Promise.all([watched, end])).toEqual([0, 0]);
    expect((await ran(undefined, 'watch', '--tree', '--children', '/')).code).toBe(2);
    expect((await ran(undefined, 'proxy')).code).toBe(2);
    expect((await ran(undefined, 'proxy', server.connectString, '--latency', 'x')).code).toBe(2);
  });

  it('says which server is unreachable', async () => {
    await using server = await startZooKeeper();
    const status = await ran(`zk://${server.connectString},127.0.0.1:1`, 'status', '--json');
    expect(status.records.map(({ role }) => role)).toEqual(['standalone', 'unreachable']);
    expect(status.code).toBe(4);
  });

  it('completes verbs and options in shells', async () => {
    const scripts = mkdtempSync(join(tmpdir(), 'qrx-completion-'));
    writeFileSync(join(scripts, 'qrx'), '#!/bin/sh\necho "/of $*"\necho /folder/\n', { mode: 0o755 });
    const completed = async (shell: string, ...args: string[]) => {
      const { lines } = await ran(undefined, 'completion', shell);
      const env = { ...process.env, PATH: `${scripts}:${process.env.PATH}` };
      const said = execFileSync(shell, ['-c', COMPLETED[shell]!(lines.join('\n'), args)], { encoding: 'utf8', env });
      return said.trim().split(/\s*\n/);
    };
    try {
      for (const shell of ['bash', 'zsh', 'fish']) {
        expect([shell, (await completed(shell, 'qrx', 'wa')).join()]).toEqual([
          shell,
          expect.stringMatching(/^watch\b/),
        ]);
        expect((await completed(shell, 'qrx', 'watch', '--ch'))[0]).toMatch(/^--children\b/);
        expect((await completed(shell, 'qrx', 'hive', 'upl'))[0]).toMatch(/^upload\b/);
        expect((await completed(shell, 'qrx', 'hive', 'upload', '--re'))[0]).toMatch(/^--resume\b/);
        const paths = ['/folder/', '/of __complete qrx get /'];
        expect((await completed(shell, 'qrx', 'get', '/')).sort()).toEqual(paths);
      }
    } finally {
      rmSync(scripts, { recursive: true });
    }
    expect(await ran(undefined, 'completion', 'csh')).toMatchObject({ code: 2 });
  });

  it('names the verb that is like a word', async () => {
    for (const [word, verb] of Object.entries({ lss: 'ls', wach: 'watch', crate: 'create', gte: 'get', sett: 'set' }))
      expect((await ran(undefined, word)).notes).toEqual([expect.stringMatching(new RegExp(`Try: qrx ${verb}$`))]);
    expect((await ran(undefined, 'help', 'foo')).code).toBe(2);
  });

  it('leaves the options of a program to the program', async () => {
    expect((await ran(undefined, 'lock', '/a', '--', 'sh', '--help')).notes).toEqual([
      expect.stringContaining('QRX_URL'),
    ]);
  });

  it('shows no characters of a store that would move the cursor', async () => {
    await using server = await startZooKeeper();
    const store = `zk://${server.connectString}`;
    await ran(store, 'create', '/a', '\u001b[2Jred\n');
    expect((await ran(store, 'tree', '-v', '/a')).lines).toEqual(['/a  \\u001b[2Jred\\n']);
  });

  it('says that a store cannot be reached', async () => {
    for (const verb of [['ls'], ['hive', 'list']]) {
      const terminal = new TestTerminal();
      expect(await qrx([...verb, 'zk://127.0.0.1:1', '--timeout', '400'], terminal)).toBe(4);
      expect(terminal.notes).toEqual([expect.stringMatching(/127\.0\.0\.1:1.*Try: qrx help connection$/)]);
      expect(terminal.steps).toContain('connecting to zk://127.0.0.1:1');
    }
  });
});
