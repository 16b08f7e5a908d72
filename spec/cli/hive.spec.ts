import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { qrx } from '../../lib/cli/qrx.js';
import { openHive } from '../../lib/hive/index.js';
import { type CliGround, cliGrounds } from '../helpers/cliGrounds.js';
import { TestTerminal, ran, withInput } from '../helpers/testTerminal.js';
import { waitFor } from '../helpers/waitFor.js';

const GROUNDS = ['the embedded ZooKeeper', 'etcd 3.4', 'the embedded Arakoon'];
const LARGE = Buffer.alloc(1_500_000, 'quorum');

describe.each(GROUNDS)('qrx hive, on %s', (name) => {
  const hasEvents = !name.includes('Arakoon');
  let ground: CliGround;
  let folder: string;
  let store: string;
  let count = 0;
  beforeAll(async () => {
    ground = await cliGrounds[name]!();
    folder = mkdtempSync(join(tmpdir(), 'qrx-'));
  });
  afterAll(async () => {
    await ground?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    store = ground.url(`hive${count++}`);
  });

  /** What ends the commands of a spec, also if it fails. */
  const endings: (() => void)[] = [];
  afterEach(() => endings.splice(0).forEach((end) => end()));

  const h = (...args: string[]) => ran(store, 'hive', ...args);

  it('puts, gets, updates, replaces, lists and deletes entries', async () => {
    expect(await h('put', 'ada', 'Ada')).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^ada has version /)],
    });
    expect(await h('get', 'ada')).toMatchObject({ code: 0, lines: ['Ada'], notes: [] });
    expect(await h('put', 'ada', 'Ada')).toMatchObject({
      code: 3,
      notes: [expect.stringContaining('hive update ada')],
    });
    expect(await h('replace', 'bob', 'Bob')).toMatchObject({ code: 1, notes: [expect.stringContaining('hive list')] });
    expect((await h('update', 'bob', '{"age":7}', '--codec', 'json')).code).toBe(0);
    expect((await h('get', 'bob', '--json')).records).toMatchObject([{ value: { age: 7 }, codec: 'json' }]);
    const [{ version } = {}] = (await h('stat', 'ada', '--json')).records;
    expect((await h('update', 'ada', 'Ada King', '--version', String(version))).code).toBe(0);
    expect(await h('replace', 'ada', 'x', '--version', String(version))).toMatchObject({
      code: 3,
      notes: [expect.stringContaining('hive stat ada')],
    });
    expect((await h('list')).lines).toEqual(['ada', 'bob']);
    expect((await h('list', 'b', '-l', '--json')).records).toMatchObject([{ alias: 'bob', size: 9, codec: 'json' }]);
    expect((await h('list', '-l')).lines[0]).toMatch(/size +codec +version/);
    expect((await h('delete', 'ada')).code).toBe(0);
    expect(await h('delete', 'ada')).toMatchObject({ code: 1 });
    expect((await h('delete', '--prefix', 'b')).lines).toEqual(['1 deleted']);
    expect((await h('stat', 'bob')).code).toBe(1);
  });

  it('uploads and downloads files, and keeps a file until the other is whole', async () => {
    const [given, got] = [join(folder, 'given'), join(folder, 'got')];
    writeFileSync(given, LARGE);
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = store;
    expect(await qrx(['hive', 'upload', given, 'big'], terminal)).toBe(0);
    expect(terminal.lines).toEqual([expect.stringContaining('1500000 bytes')]);
    expect(terminal.steps.some((step) => /^1\.4 MiB of 1\.4 MiB, 100 %, .*\/s {2}big$/.test(step))).toBe(true);
    expect((await h('download', 'big', got)).lines).toEqual([`1500000 bytes in ${got}`]);
    expect(readFileSync(got).equals(LARGE)).toBe(true);
    expect((await h('download', 'none', got)).code).toBe(1);
    expect(readFileSync(got).equals(LARGE)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['given', 'got']);
    const piped = new TestTerminal();
    piped.env.QRX_URL = store;
    expect(await qrx(['hive', 'download', 'big', '--from', '6', '--to', '600006'], piped)).toBe(0);
    expect(Buffer.concat(piped.written).equals(LARGE.subarray(6, 600_006))).toBe(true);
    const fromInput = await withInput(store, 'from a pipe', 'hive', 'upload', '-', 'small', '--json');
    expect(fromInput.records).toMatchObject([{ alias: 'small', size: 11 }]);
    expect((await h('get', 'small')).lines).toEqual(['from a pipe']);
    expect(await h('upload', '/no/such/file')).toMatchObject({ code: 2, notes: [expect.stringContaining('FILE')] });
    expect(await h('upload', folder)).toMatchObject({ code: 2, notes: [expect.stringContaining('folder')] });
    expect(await h('upload', given, 'huge', '--max', '1000')).toMatchObject({ code: 2 });
  });

  it('shows nothing of an upload that is interrupted', async () => {
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = store;
    terminal.input = async function* () {
      yield LARGE;
      await new Promise((done) => terminal.stop.addEventListener('abort', done, { once: true }));
    };
    const end = qrx(['hive', 'upload', '-', 'big'], terminal);
    await waitFor(() => terminal.steps.some((step) => step.startsWith('1.0 MiB')));
    terminal.interrupt();
    expect(await end).toBe(130);
    expect((await h('list')).lines).toEqual([]);
  });

  it('verifies, sweeps and copies', async () => {
    for (const alias of ['a', 'b']) await h('put', alias, `of ${alias}`);
    expect(await h('verify')).toMatchObject({ code: 0, lines: [] });
    expect((await h('sweep', '--dry-run', '--json')).records).toMatchObject([{ removed: 0, expired: 0 }]);
    const target = ground.url(`hive${count++}`);
    const copied = await ran(undefined, 'hive', 'copy', store, target);
    expect([copied.code, copied.lines]).toEqual([0, ['2 copied, 0 skipped, 8 bytes']]);
    expect((await ran(undefined, 'hive', 'copy', store, target)).lines).toEqual(['0 copied, 2 skipped, 0 bytes']);
    expect((await ran(target, 'hive', 'list')).lines).toEqual(['a', 'b']);
    expect(await ran(undefined, 'hive', 'copy', store)).toMatchObject({ code: 2 });
    expect(await h('sweep', '--every', '5', '-n')).toMatchObject({ code: 2 });
  });

  it('sweeps again and again in one process of all, and gives the post back at its end', async () => {
    const sweeping = (every: number) => {
      const terminal = new TestTerminal();
      terminal.env.QRX_URL = store;
      const end = qrx(['hive', 'sweep', '--every', `${every}`, '--json'], terminal);
      endings.push(() => terminal.interrupt());
      const total = (part: string) =>
        terminal.lines.reduce((sum, line) => sum + (JSON.parse(line) as Record<string, number>)[part]!, 0);
      return { terminal, end, total, sweeps: () => terminal.lines.length };
    };
    const first = sweeping(50);
    await waitFor(() => first.sweeps() >= 1);
    const second = sweeping(60_000); // its patience is longer than this spec
    await h('put', 'lasting', 'red');
    await h('put', 'short', 'blue', '--expires', '1');
    await waitFor(() => first.total('expired') === 1);
    const before = first.sweeps();
    await waitFor(() => first.sweeps() >= before + 3);
    expect(second.sweeps()).toBe(0);
    first.terminal.interrupt();
    expect(await first.end).toBe(0);
    const third = sweeping(60_000);
    await waitFor(() => third.sweeps() === 1);
    for (const { terminal } of [second, third]) terminal.interrupt();
    expect([await second.end, await third.end]).toEqual([0, 0]);
    expect([first, second, third].flatMap(({ terminal }) => terminal.notes)).toEqual([]);
    expect((await h('list')).lines).toEqual(['lasting']);
  });

  it('watches an entry and a prefix, where the store has events', async () => {
    await h('put', 'ada', 'red');
    if (!hasEvents) {
      expect(await h('watch', 'ada')).toMatchObject({ code: 2, notes: [expect.stringContaining('no events')] });
      return;
    }
    const watching = (...args: string[]) => {
      const terminal = new TestTerminal();
      terminal.env.QRX_URL = store;
      return { terminal, end: qrx(['hive', 'watch', ...args], terminal) };
    };
    const [value, names] = [watching('ada'), watching('-p', '')];
    const texts = ({ terminal }: typeof value) => terminal.lines.map((line) => line.slice(10));
    await waitFor(() => texts(value).length === 1 && texts(names).length === 1);
    await h('update', 'ada', 'green');
    await waitFor(() => texts(value).length === 2 && texts(names).length === 2);
    await h('delete', 'ada');
    await waitFor(() => texts(value).length === 3 && texts(names).length === 3);
    [value, names].forEach(({ terminal }) => terminal.interrupt());
    expect([await value.end, await names.end]).toEqual([0, 0]);
    expect(texts(value)).toEqual(['red', 'green', '(no such entry)']);
    expect(texts(names)).toEqual(['+ ada  3 bytes', '~ ada  5 bytes', '- ada']);
  });

  it('shows objects that programs have written, and sets when an entry runs out', async () => {
    const hive = await openHive(store);
    await firstValueFrom(hive.put('object', { born: new Date('1815-12-10'), count: 3n }));
    await hive.close();
    expect((await h('get', 'object')).lines.join('\n')).toMatch(/born: 1815-12-10T00:00:00.000Z, *\s*count: 3n/);
    if (hasEvents) {
      const terminal = new TestTerminal();
      Object.assign(terminal, { hasColours: true }).env.QRX_URL = store;
      const end = qrx(['hive', 'watch', 'object'], terminal);
      await waitFor(() => terminal.lines.length === 1);
      terminal.interrupt();
      expect(await end).toBe(0);
      expect(terminal.lines[0]).toMatch(/born: 1815-12-10T00:00:00.000Z, count: 3n/); // no codes of colours, as text
    }
    expect((await h('expire', 'object', '60000')).code).toBe(0);
    expect((await h('stat', 'object', '--json')).records[0]).toHaveProperty('expires');
    expect((await h('expire', 'object', 'never')).code).toBe(0);
    expect((await h('stat', 'object', '--json')).records[0]).not.toHaveProperty('expires');
    expect(await h('expire', 'object', 'soon')).toMatchObject({ code: 2, notes: [expect.stringContaining('WHEN')] });
    expect((await h('put', 'short', 'x', '--expires', '1')).code).toBe(0);
    await waitFor(async () => (await h('get', 'short')).code === 1);
  });
});

describe('qrx hive', () => {
  it('shows its verbs, and the help of each with examples', async () => {
    const { code, lines } = await ran(undefined, 'help', 'hive');
    expect(code).toBe(0);
    const names = [...lines.join('\n').matchAll(/^ {2}hive ([a-z]+) /gm)].map(([, name]) => name!);
    expect(names).toEqual([
      ...['put', 'update', 'replace', 'delete', 'expire', 'get', 'stat', 'list', 'upload', 'download', 'watch'],
      ...['copy', 'verify', 'sweep'],
    ]);
    for (const name of names)
      for (const args of [
        ['help', 'hive', name],
        ['hive', name, '-h'],
      ])
        expect((await ran(undefined, ...args)).lines.join('\n')).toMatch(
          new RegExp(`usage: qrx hive ${name} [^]*examples:\n {2}\\S`)
        );
  });

  it('refuses verbs, codecs, values and stores that it does not know', async () => {
    expect(await ran('zk://h', 'hive', 'push')).toMatchObject({
      code: 2,
      notes: [expect.stringContaining('not push')],
    });
    expect(await ran('zk://h', 'hive')).toMatchObject({ code: 2, notes: [expect.stringContaining('sweep')] });
    expect(await ran('zk://h', 'hive', 'put', 'a')).toMatchObject({ code: 2 });
    expect(await ran('zk://h', 'hive', 'get')).toMatchObject({ code: 2, notes: [expect.stringContaining('ALIAS')] });
    expect(await ran('zk://h', 'hive', 'put', 'a', 'x', '--codec', 'xml')).toMatchObject({ code: 2 });
    expect(await ran('zk://h', 'hive', 'put', 'a', '{', '--codec', 'json')).toMatchObject({
      code: 2,
      notes: [expect.stringContaining('VALUE: is no json')],
    });
    expect(await ran('redis://h', 'hive', 'list')).toMatchObject({
      code: 2,
      notes: [expect.stringContaining('etcd2://')],
    });
    expect(await ran('etcd2://h', 'ls')).toMatchObject({ code: 2 });
  });
});
