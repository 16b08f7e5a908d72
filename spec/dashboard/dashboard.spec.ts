import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { firstValueFrom, forkJoin } from 'rxjs';
import { openDashStore } from '../../lib/cli/dash/openDashStore.js';
import { type ServedDashboard, serveDashboard } from '../../lib/cli/dash/serveDashboard.js';
import * as etcds from '../../lib/etcd/index.js';
import { type ZooKeeper, elect, open, utf8 } from '../../lib/index.js';
import { type EmbeddedZooKeeper, startArakoon, startEtcd, startZooKeeper } from '../../lib/testing/index.js';
import { ROOT, build, node } from '../helpers/project.js';
import { startRealEtcd } from '../helpers/realEtcd.js';
import { waitFor } from '../helpers/waitFor.js';
import { startEnsemble } from '../helpers/zookeeperEnsemble.js';

const PAGE = join(ROOT, 'dist/dashboard');
const CHROMIUM = '/usr/bin/chromium';
const ALONE = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
/** The most bytes of the page, compressed. */
const LARGEST = 60 * 1024;
/** Nodes of the large folder. */
const MANY = 20_000;

let browser: Browser;
let server: EmbeddedZooKeeper;
let zk: ZooKeeper;
let reading: Served;
let writing: Served;
let page: Page;
let printed: string[];

/** A dashboard of a store. */
interface Served extends AsyncDisposable {
  readonly served: ServedDashboard;
}

async function serve(url: string, mayWrite = false): Promise<Served> {
  const store = await openDashStore(url, { openTimeout: 15_000, adminPorts: [1] });
  const served = await serveDashboard(store, { url, mayWrite, folder: PAGE });
  return { served, [Symbol.asyncDispose]: () => Promise.all([served.close(), store.close()]).then(() => {}) };
}

/** Opens a page, on which nothing may be printed. */
async function visit(address: string, options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, ...options });
  page = await context.newPage();
  printed = [];
  page.on('console', (message) => printed.push(message.text()));
  page.on('pageerror', (error) => printed.push(error.message));
  await page.goto(address);
}

const row = (name: string) =>
  page.locator('[role=treeitem]', { has: page.locator('.name', { hasText: exactly(name) }) });
const exactly = (text: string) => new RegExp(`^${text.replace(/[/.]/g, '\\$&')}$`);
/** The names of the rows in view, each with its level. */
const outline = () =>
  page.evaluate<string[]>(`[...document.querySelectorAll('[role=treeitem]')]
    .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
    .map((each) => each.getAttribute('aria-level') + ' ' + each.querySelector('.name').textContent)`);
const activeRow = () =>
  page.evaluate<string | undefined>(
    `document
      .querySelector('#' + document.querySelector('[role=tree]').getAttribute('aria-activedescendant') + ' .name')
      ?.textContent`
  );
const until = <T>(look: () => Promise<T>, expected: T) =>
  waitFor(async () => {
    expect(await look()).toEqual(expected);
    return true;
  });
const press = async (...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const write = (path: string, value: string) => firstValueFrom(zk.set(path, value, { codec: utf8 }));

beforeAll(async () => {
  await build();
  await node([join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'lib/dashboard/vite.config.ts'], {
    cwd: ROOT,
  });
  server = await startZooKeeper();
  zk = await open(server.connectString);
  const create = (path: string, value: string) => zk.create(path, value, { codec: utf8, parents: true });
  for (const [path, value] of Object.entries({
    '/app/config': '{"colour":"red","size":12345678901234567890}',
    '/app/text': 'first\nsecond',
    '/app/many': '',
  }))
    await firstValueFrom(create(path, value));
  const numbers = Array.from({ length: MANY }, (_, i) => String(i).padStart(5, '0'));
  for (let at = 0; at < MANY; at += 1000)
    await firstValueFrom(forkJoin(numbers.slice(at, at + 1000).map((n) => zk.create(`/app/many/n${n}`, null))));
  reading = await serve(`zk://${server.connectString}`);
  writing = await serve(`zk://${server.connectString}`, true);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ALONE });
});
afterEach(() => page?.context().close());
afterAll(async () => {
  await browser?.close();
  await Promise.all([reading, writing].map((each) => each?.[Symbol.asyncDispose]()));
  await zk?.close();
  await server?.stop();
});

it('the page is small', () => {
  const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|js|css)$/.test(name)
  );
  const sizes = files.map((name) => gzipSync(readFileSync(join(PAGE, name))).length);
  expect(files).toHaveLength(3);
  expect(sizes.reduce((sum, each) => sum + each)).toBeLessThan(LARGEST);
});

describe('the address', () => {
  it('opens nothing without its secret, or with another one', async () => {
    const { address } = reading.served;
    await visit(address.replace(/#.*/, ''));
    await until(() => page.locator('h1').textContent(), 'This address does not open the dashboard');
    expect(await page.textContent('body')).toContain('The secret is missing');
    await page.context().close();
    await visit(address.replace(/#.*/, '#wrong'));
    await until(() => page.locator('h1').textContent(), 'This address does not open the dashboard');
    expect(await page.locator('[role=tree]').count()).toBe(0);
  });

  it('loses its secret at once, and the page can be loaded again', async () => {
    await visit(reading.served.address);
    await row('app').waitFor();
    expect(page.url()).not.toContain(reading.served.secret);
    await page.reload();
    await row('app').waitFor();
    expect(printed).toEqual([]);
  });
});

describe('the tree', () => {
  beforeAll(() => write('/app/text', 'first\nsecond'));

  it('is walked by the keyboard alone, as a tree', async () => {
    await visit(reading.served.address);
    await row('app').waitFor();
    await page.getByRole('tree').focus();
    await press('ArrowDown', 'ArrowRight');
    await row('config').waitFor();
    expect(await outline()).toEqual(['1 /', '2 app', '3 config', '3 many', '3 text', '2 zookeeper']);
    expect(await row('app').getAttribute('aria-expanded')).toBe('true');
    await press('ArrowRight');
    await until(activeRow, 'config');
    expect(await row('config').getAttribute('aria-posinset')).toBe('1');
    expect(await row('config').getAttribute('aria-setsize')).toBe('3');
    await press('End');
    await until(activeRow, 'zookeeper');
    await press('Home');
    await until(activeRow, '/');
    await press('ArrowDown', 't');
    await until(activeRow, 'app'); // there is none beside it
    await press('ArrowDown', 't');
    await until(activeRow, 'text');
    await press('ArrowLeft');
    await until(activeRow, 'app');
    await press('ArrowLeft');
    await until(outline, ['1 /', '2 app', '2 zookeeper']);
    expect(printed).toEqual([]);
  });

  it('is live, and the active row stays the same node', async () => {
    await visit(reading.served.address);
    await row('app').click();
    await press('ArrowRight');
    await row('text').click();
    await firstValueFrom(zk.create('/app/new', null));
    await row('new').waitFor();
    await until(activeRow, 'text');
    await firstValueFrom(zk.delete('/app/new'));
    await row('new').waitFor({ state: 'detached' });
    await until(activeRow, 'text');
  });

  it(`scrolls through ${MANY} nodes that change, with few rows, and reaches the last`, async () => {
    await visit(reading.served.address);
    await row('app').click();
    await press('ArrowRight');
    await row('many').click();
    await press('ArrowRight');
    await row('n00000').waitFor();
    let isOver = false;
    const changing = (async () => {
      for (let i = 0; !isOver; i++) await write(`/app/many/n${String(i % 40).padStart(5, '0')}`, `${i}`);
    })();
    const most = await page.evaluate<number>(`(async () => {
      const tree = document.querySelector('[role=tree]');
      let most = 0;
      for (let i = 0; i < 60; i++) {
        tree.scrollTop += 40 * (1 + (i % 7));
        await new Promise(requestAnimationFrame);
        most = Math.max(most, document.querySelectorAll('.row').length);
      }
      return most;
    })()`);
    isOver = true;
    await changing;
    expect(most).toBeLessThan(80);
    await press('End', 'ArrowUp', 'ArrowUp');
    await until(activeRow, `n${MANY - 1}`);
    expect(await row(`n${MANY - 1}`).getAttribute('aria-setsize')).toBe(`${MANY}`);
    expect(await page.locator('.foot').textContent()).toContain('20,0');
    expect(printed).toEqual([]);
  });

  it('is searched, and leads to a node wherever it is', async () => {
    await visit(reading.served.address);
    await row('app').waitFor();
    await page.getByLabel('search').fill('N01234');
    await until(() => page.locator('.found [role=status]').textContent(), '1 found');
    await page.locator('.found button').first().click();
    await until(activeRow, 'n01234');
    await until(() => page.locator('h2').textContent(), '/app/many/n01234');
  });
});

describe('a node', () => {
  const select = async (name: string) => {
    await row('app').click();
    await press('ArrowRight');
    await row(name).click();
  };

  it('shows its value as JSON, text and hex, its facts and rights, and what has changed', async () => {
    await visit(reading.served.address);
    await select('config');
    await until(() => page.locator('pre').textContent(), '{\n  "colour": "red",\n  "size": 12345678901234567890\n}');
    await page.getByRole('button', { name: 'hex' }).click();
    await until(async () => (await page.locator('pre').textContent())!.slice(0, 25), '000000  7b 22 63 6f 6c 6f');
    await page.getByRole('button', { name: 'JSON' }).click();
    expect(await page.locator('.facts').textContent()).toMatch(/version0.*czxid0x/);
    expect(await page.getByRole('region', { name: 'rights' }).textContent()).toContain('worldanyone');
    await write('/app/config', '{"colour":"blue","size":12345678901234567890}');
    await page.locator('.diff .added').waitFor();
    expect(await page.locator('.diff .removed').textContent()).toContain('"colour": "red"');
    expect(await page.locator('.diff .added').textContent()).toContain('"colour": "blue"');
    expect(await page.locator('.actions').count()).toBe(0);
    expect(printed).toEqual([]);
  });

  it('is changed only as it was seen, and the text is not lost', async () => {
    await visit(writing.served.address);
    await select('text');
    await page.getByRole('button', { name: 'Edit value' }).click();
    await page.locator('textarea').fill('mine');
    await write('/app/text', 'theirs');
    await page.getByText('It has changed since').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Refused: it was changed').waitFor();
    expect(await page.locator('textarea').inputValue()).toBe('mine');
    expect((await firstValueFrom(zk.get('/app/text', { codec: utf8 }))).value).toBe('theirs');
    await page.getByRole('button', { name: 'Edit value' }).click();
    await page.getByRole('button', { name: 'Edit value' }).click();
    await page.locator('textarea').fill('mine');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('textarea').waitFor({ state: 'detached' });
    expect((await firstValueFrom(zk.get('/app/text', { codec: utf8 }))).value).toBe('mine');
  });

  it('is changed as hex, as base64 and from a file, where its value is not text', async () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => 255 - i);
    await firstValueFrom(zk.set('/app/text', bytes));
    const valueIs = (expected: Uint8Array) =>
      until(async () => Buffer.from((await firstValueFrom(zk.get('/app/text'))).value!), Buffer.from(expected));
    await visit(writing.served.address);
    await select('text');
    const edit = page.getByRole('button', { name: 'Edit value' });
    await edit.click();
    const field = page.locator('textarea');
    await until(async () => (await field.inputValue()).slice(0, 8), 'ff fe fd');
    const ways = page.getByRole('group', { name: 'write as' });
    await ways.getByRole('button', { name: 'text' }).click();
    await page.getByText('not text in UTF-8').waitFor();
    await ways.getByRole('button', { name: 'base64' }).click();
    await until(() => field.inputValue(), Buffer.from(bytes).toString('base64'));
    await ways.getByRole('button', { name: 'hex' }).click();
    await field.fill('00 01 zz');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('“z” is not a digit of hex').waitFor();
    await field.fill('00 01\nFF');
    await page.getByRole('button', { name: 'Save' }).click();
    await valueIs(Uint8Array.of(0, 1, 255));
    await field.waitFor({ state: 'detached' });
    expect(await edit.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    await press('Enter'); // by the keyboard alone
    await ways.getByRole('button', { name: 'file' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Choose a file').waitFor();
    await page.getByLabel('File').setInputFiles({ name: 'v.bin', mimeType: '', buffer: Buffer.from(bytes) });
    await firstValueFrom(zk.set('/app/text', Buffer.from('theirs')));
    await page.getByText('It has changed since').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Refused: it was changed').waitFor();
    await page.getByLabel('File').press('Escape');
    await page.getByLabel('File').waitFor({ state: 'detached' });
    await press('Enter');
    await ways.getByRole('button', { name: 'file' }).click();
    await page.getByLabel('File').setInputFiles({ name: 'v.bin', mimeType: '', buffer: Buffer.from(bytes) });
    await page.getByRole('button', { name: 'Save' }).click();
    await valueIs(bytes);
  });

  it('has its rights changed only as they were seen', async () => {
    await visit(writing.served.address);
    await select('config');
    const edit = page.getByRole('button', { name: 'Edit rights' });
    await edit.click();
    const anyone = page.getByRole('group', { name: 'Identity 1' });
    for (const right of ['create', 'delete', 'write', 'admin']) await anyone.getByLabel(right).uncheck();
    await page.getByText('Nobody has the right').waitFor();
    await page.getByRole('button', { name: 'Add an identity' }).click();
    const second = page.getByRole('group', { name: 'Identity 2' });
    await second.getByLabel('Scheme').fill('ip');
    await second.getByLabel('Id', { exact: true }).fill('127.0.0.1');
    await firstValueFrom(zk.setAcl('/app/config', [{ scheme: 'world', id: 'anyone', permissions: 31 }]));
    await page.getByRole('button', { name: 'Save rights' }).click();
    await page.getByText('Refused: it was changed').waitFor();
    await page.getByText('the version is 1 now').waitFor();
    expect(await second.getByLabel('Id', { exact: true }).inputValue()).toBe('127.0.0.1');
    await edit.click();
    await edit.click(); // begins with the newest rights
    for (const right of ['create', 'delete', 'write']) await anyone.getByLabel(right).uncheck();
    await page.getByRole('button', { name: 'Save rights' }).click();
    const rights = page.getByRole('region', { name: 'rights' });
    await until(() => rights.locator('tbody').textContent(), 'worldanyoneread, admin');
    expect((await firstValueFrom(zk.getAcl('/app/config'))).acl).toMatchObject([{ id: 'anyone', permissions: 17 }]);
  });

  it('is created, and deleted after a question', async () => {
    await visit(writing.served.address);
    await select('text');
    await page.getByRole('button', { name: 'Create below' }).click();
    await page.getByLabel('Name, or a path below').fill('child');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await until(() => page.locator('h2').textContent(), '/app/text/child');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete this node' }).click();
    await page.getByText('There is no such node').waitFor();
    expect(await firstValueFrom(zk.exists('/app/text/child'))).toBeNull();
  });
});

describe('the other views', () => {
  it('show servers with plots, locks, sessions and the client', async () => {
    const leading = elect(zk, '/election').subscribe();
    await visit(reading.served.address);
    await page.getByRole('link', { name: 'Servers' }).click();
    await page.locator('.badge', { hasText: 'standalone' }).waitFor();
    await page.locator('.plot canvas').first().waitFor();
    expect(await page.locator('.plot').count()).toBe(4);
    await page.getByRole('link', { name: 'Locks' }).click();
    await page.getByRole('region', { name: 'election /election' }).getByText('holds').waitFor();
    await page.getByRole('link', { name: 'Sessions' }).click();
    await page.getByRole('region', { name: 'sessions' }).getByText('127.0.0.1').first().waitFor();
    await page.getByRole('link', { name: 'Client' }).click();
    await page.getByText(/^\d\d:\d\d:\d\d connected$/).waitFor();
    await page.reload();
    await page.getByText(/^\d\d:\d\d:\d\d connected$/).waitFor(); // the same view
    expect(printed).toEqual([]);
    leading.unsubscribe();
  });

  it('fit a phone, in the dark too', async () => {
    await visit(writing.served.address, { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
    await row('app').waitFor();
    const width = () => page.evaluate<number>('document.documentElement.scrollWidth');
    for (const view of ['Servers', 'Locks', 'Sessions', 'Client', 'Tree']) {
      await page.getByRole('link', { name: view }).click();
      expect([view, await width()]).toEqual([view, 360]);
    }
    await row('app').click();
    expect(await page.getByRole('tree').isVisible()).toBe(false);
    for (const form of ['Edit rights', 'Edit value']) {
      await page.getByRole('button', { name: form }).click();
      expect([form, await width()]).toEqual([form, 360]);
    }
    await page.getByRole('button', { name: '‹ Tree' }).click();
    expect(await page.getByRole('tree').isVisible()).toBe(true);
    const paper = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe('rgb(22, 21, 20)');
  });
});

describe('qrx dash', () => {
  it('ends with Ctrl-C, though a page is open', async () => {
    const args = [join(ROOT, 'dist/esm/cli/main.js'), 'dash', `zk://${server.connectString}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    try {
      const [address] = (await once(child.stdout, 'data')) as [Buffer];
      await visit(address.toString().trim());
      await row('app').waitFor();
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
      await page.locator('.badge', { hasText: 'qrx is gone' }).waitFor();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('what may be outdated', () => {
  it('is shown as stale, while the store is away or qrx itself', async () => {
    await using own = await startZooKeeper();
    await using dashboard = await serve(`zk://${own.connectString}`);
    await visit(dashboard.served.address);
    await row('zookeeper').waitFor();
    await own.stop();
    await page.locator('.tree.stale').waitFor();
    expect(await page.locator('.left .note').textContent()).toMatch(/^stale: /);
    await dashboard.served.close();
    await page.locator('.badge', { hasText: 'qrx is gone' }).waitFor();
    expect(await outline()).toEqual(['1 /', '2 zookeeper']);
  });
});

describe('other stores', () => {
  it('are shown as well: etcd', async () => {
    await using etcd = await startEtcd({ members: ['a', 'b', 'c'] });
    await using client = await etcds.open(etcd.endpoints);
    await firstValueFrom(client.put('/registry/pods/web', Buffer.from('running')));
    const holding = etcds.lock(client, 'locks/report').subscribe();
    await using dashboard = await serve(`etcd://${etcd.endpoints.join()}`);
    await visit(dashboard.served.address);
    await row('/registry').click();
    await page.getByText('Only a part of longer keys').waitFor();
    await press('ArrowRight');
    await row('pods').click();
    await press('ArrowRight');
    await row('web').click();
    await until(() => page.locator('pre').textContent(), 'running');
    await page.getByRole('link', { name: 'Servers' }).click();
    await page.locator('.badge', { hasText: 'leader' }).waitFor();
    await page.getByRole('link', { name: 'Leases' }).click();
    await page.getByText('1 lease').waitFor();
    await page.getByRole('link', { name: 'Locks' }).click();
    await page.getByRole('region', { name: 'lock /locks/report' }).getByText('holds').waitFor();
    holding.unsubscribe();
    expect(printed).toEqual([]);
  });

  it('are shown as well: Arakoon', async () => {
    await using arakoon = await startArakoon({ nodes: ['a', 'b', 'c'] });
    const nodes = Object.entries(arakoon.cluster.nodes).map(([name, address]) => `${name}=${[address].flat().join()}`);
    await using dashboard = await serve(`arakoon://${arakoon.cluster.id}?${nodes.join('&')}`, true);
    await visit(dashboard.served.address);
    await row('/').click();
    await page.getByRole('button', { name: 'Create below' }).click();
    await page.getByLabel('Name, or a path below').fill('app/colour');
    await page.getByLabel('Value').fill('red');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await until(() => page.locator('pre').textContent(), 'red');
    expect(await page.getByRole('link', { name: 'Sessions' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Servers' }).click();
    await page.locator('.badge', { hasText: 'master' }).waitFor();
    expect(printed).toEqual([]);
  });
});

describe('real servers, of which one is killed,', () => {
  /** The badges of the servers, in order. */
  const roles = async () => (await page.locator('.cards .badge').allTextContents()).sort();
  /** The value is shown; as a change, where the dashboard's own client has met another server after the click. */
  const showsBlue = () =>
    until(async () => /(^|added: )blue$/.test((await page.locator('pre').textContent()) ?? ''), true);

  it('are shown as they are: an ensemble of ZooKeeper, and its tree', async () => {
    await using ensemble = await startEnsemble(3);
    await using client = await open(ensemble.connectString);
    const write = (value: string) => firstValueFrom(client.createOrSet('/app', value, { codec: utf8 }));
    await write('red');
    await using dashboard = await serve(`zk://${ensemble.connectString}`);
    await visit(dashboard.served.address);
    await row('app').click();
    await until(() => page.locator('pre').textContent(), 'red');
    await page.getByRole('link', { name: 'Servers' }).click();
    await until(roles, ['follower', 'follower', 'leader']);
    const leader = ensemble.servers[await ensemble.leader()]!;
    await leader.kill();
    await until(roles, ['follower', 'leader', 'unreachable']);
    await waitFor(() => write('blue').then(() => true)); // one that was under way is not repeated
    await page.getByRole('link', { name: 'Tree' }).click();
    await showsBlue();
    await leader.start();
    await page.getByRole('link', { name: 'Servers' }).click();
    await until(roles, ['follower', 'follower', 'leader']);
    expect(printed).toEqual([]);
  });

  it('are shown as they are: a cluster of etcd, and its keys', async () => {
    await using cluster = await startRealEtcd({ members: 3 });
    const endpoints = cluster.members.map(({ endpoint }) => endpoint);
    await using client = await etcds.open(endpoints);
    const write = (value: string) => firstValueFrom(client.put('app', Buffer.from(value)));
    await write('red');
    await using dashboard = await serve(`etcd://${endpoints.join()}`);
    await visit(dashboard.served.address);
    await row('app').click();
    await until(() => page.locator('pre').textContent(), 'red');
    await page.getByRole('link', { name: 'Servers' }).click();
    await until(roles, ['follower', 'follower', 'leader']);
    const [member] = cluster.members;
    await member!.kill();
    await until(roles, ['follower', 'leader', 'unreachable']);
    await waitFor(() => write('blue').then(() => true)); // one that was under way is not repeated
    await page.getByRole('link', { name: 'Tree' }).click();
    await showsBlue();
    expect(printed).toEqual([]);
  });
});
