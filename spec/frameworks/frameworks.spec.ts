import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type Page, chromium } from 'playwright-core';
import { firstValueFrom } from 'rxjs';
import { open as openZooKeeper, utf8 } from '../../lib/index.js';
import { startZooKeeper } from '../../lib/testing/index.js';
import { ROOT, build, node, tsc } from '../helpers/project.js';
import { RealTabs } from '../helpers/realTabs.js';
import { waitFor } from '../helpers/waitFor.js';

const RECIPES = join(__dirname, 'app');
/** Where spec/setup.sh installs the frameworks; a copy of the recipes stands beside them, as an application would. */
const INSTALLED = join(ROOT, '.cache/frameworks');
const APP = join(INSTALLED, 'app');
const CHROMIUM = '/usr/bin/chromium';
const ALONE = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** The most bytes of each part for browsers: bundled and minified by esbuild, compressed by gzip, without RxJS. */
const LARGEST = { store: 2048, bridge: 3000, 'bridge with live values': 4200 };

/** The recipes of docs/ui-stores.md, in their order. */
const SHOWN = ['react.tsx', 'Colour.svelte', 'svelte.ts', 'vue.ts', 'angular.ts', 'reduxObservable.ts', 'zustand.ts'];

let bundles: Readonly<Record<keyof typeof LARGEST, { readonly imports: readonly string[]; readonly code: string }>>;
let seen: Readonly<Record<string, readonly unknown[]>>;
let served: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  await build(); // the recipes import the package by its name, which means dist/
  rmSync(APP, { recursive: true, force: true });
  cpSync(RECIPES, APP, { recursive: true });
  bundles = JSON.parse(await node(['build.mjs'], { cwd: APP })) as typeof bundles;
  seen = JSON.parse(await node(['out/inNode.mjs'], { cwd: APP })) as typeof seen;
  served = JSON.parse(await node(['out/inServers.mjs'], { cwd: APP })) as typeof served;
});

describe('a page of the documentation', () => {
  it('shows the recipes that are run here, to the letter', () => {
    const blocks = readFileSync(join(ROOT, 'docs/ui-stores.md'), 'utf8').matchAll(/^```(?:tsx|svelte)\n(.*?)^```$/gms);
    expect([...blocks].map(([, code]) => code)).toEqual(SHOWN.map((file) => readFileSync(join(RECIPES, file), 'utf8')));
  });
});

describe('a live value', () => {
  it('fits the types of every framework', async () => expect(await tsc(['-p', APP])).toBe(''));

  it.each(['store', 'bridge', 'bridge with live values'] as const)(
    'needs nothing of Node, and little room: %s',
    (name) => {
      const { imports, code } = bundles[name];
      expect(new Set(imports)).toEqual(new Set(['rxjs']));
      expect(code).not.toMatch(/\b(process|Buffer|require|global|eval)\b/);
      expect(gzipSync(code).length).toBeLessThanOrEqual(LARGEST[name]);
    }
  );

  it('is rendered on a server by React', () => expect(seen['react']).toEqual(['<b>grey</b>']));

  const left = { left: 0 }; // nobody is subscribed to the source any more
  it('feeds a store of Zustand', () => expect(seen['zustand']).toEqual(['grey', 'red', 'blue', left]));

  it("is a store of Svelte's, to read and to derive from", () => {
    expect(seen['svelte get']).toEqual(['blue', 'red', 'blue', left]);
    expect(seen['svelte derived']).toEqual(['BLUE', 'RED', 'BLUE', { told: 3, ...left }]);
  });

  it('feeds a ref of Vue, for as long as its scope lasts', () =>
    expect(seen['vue']).toEqual(['blue', 'red', 'blue', left]));

  it("is a signal of Angular's, which has a value from the beginning, for as long as its injector lasts", () => {
    expect(seen['angular']).toEqual([['blue', 'BLUE'], ['red', 'RED'], ['blue', 'BLUE'], left]);
  });

  it('is a source of actions for redux-observable, one for each burst', () => {
    expect(seen['redux-observable']).toEqual(['blue', 'red', 'blue', { told: 3, ...left }]);
  });
});

describe('a bridge', () => {
  it.each(['node', 'express', 'hono', 'next'])('is served by %s, and nothing is left of a page that goes', (name) => {
    const left = { lines: 0, watches: 0, actions: 0 };
    expect(served[name]).toEqual({ values: ['0', '2'], result: '2', left });
  });

  it('leaves the bodies of other requests to Express', () => expect(served['express beside it']).toEqual({ a: 1 }));
});

/** What frameworks/inBrowser.tsx puts into its window. */
interface Hooks {
  mount(name: string): void;
  unmount(): void;
  show(...values: string[]): void;
  fail(message: string): void;
  click(): void;
  look(): { readonly text: string; readonly current: number; readonly total: number };
}

describe('a live value on a page', () => {
  let browser: Browser;
  let page: Page;
  let printed: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ALONE });
  });
  afterAll(() => browser?.close());
  afterEach(() => page?.close());

  /** A fresh page that shows `html`; nothing may be printed on it. */
  async function open(html = '') {
    printed = [];
    page = await browser.newPage();
    page.on('console', (message) => printed.push(message.text()));
    page.on('pageerror', (error) => printed.push(error.message));
    await page.setContent(`<div id="place">${html}</div>`);
    await page.addScriptTag({ content: readFileSync(join(APP, 'out/inBrowser.js'), 'utf8') });
  }
  function act<M extends keyof Hooks>(method: M, ...args: Parameters<Hooks[M]>): Promise<ReturnType<Hooks[M]>> {
    const call = ([name, given]: readonly [M, unknown[]]) =>
      (globalThis as unknown as { page: Record<M, (...each: unknown[]) => ReturnType<Hooks[M]>> }).page[name](...given);
    return page.evaluate(call as never, [method, args]);
  }
  /** Waits for a state of the page: its text, and how many subscriptions to the source there are, and have been. */
  async function shows(text: string, current: number, total: number): Promise<void> {
    await waitFor(async () => {
      expect(await act('look')).toEqual({ text, current, total });
      return true;
    });
  }

  it('is shown by components of React under StrictMode, on one subscription, which ends with them', async () => {
    await open();
    await act('mount', 'react');
    await shows('grey grey', 1, 1);
    await act('show', 'red', 'green', 'blue');
    await shows('blue blue', 1, 1);
    await act('unmount');
    await shows('', 0, 1);
    expect(printed).toEqual([]);
  });

  it('shows its error in an error boundary of React, which can try again', async () => {
    await open();
    await act('mount', 'react');
    await shows('grey grey', 1, 1);
    await act('show', 'red');
    await shows('red red', 1, 1);
    await act('fail', 'out of paint');
    await shows('out of paint', 0, 1);
    await act('click');
    await shows('red red', 1, 2);
    await act('show', 'blue');
    await shows('blue blue', 1, 2);
    expect(printed).toEqual([]);
  });

  it('is taken over by React from a page that a server has made', async () => {
    await open('<b>grey</b> <b>grey</b>');
    await act('mount', 'react from a server');
    await shows('grey grey', 1, 1);
    await act('show', 'red');
    await shows('red red', 1, 1);
    expect(printed).toEqual([]);
  });

  for (const framework of ['svelte', 'vue', 'vueUse']) {
    it(`is shown by a component of ${framework}, until that is gone`, async () => {
      await open();
      await act('mount', framework);
      await shows('grey', 1, 1);
      await act('show', 'red', 'blue');
      await shows('blue', 1, 1);
      await act('unmount');
      await shows('', 0, 1);
      expect(printed).toEqual([]);
    });
  }

  it('comes over a bridge from ZooKeeper, while the server dies and returns, in every framework', async () => {
    await using keeper = await startZooKeeper();
    await using zk = await openZooKeeper(keeper.connectString);
    await firstValueFrom(zk.create('/colour', 'red', { codec: utf8 }));
    const program = new BridgeProgram(keeper.connectString);
    const frameworks = ['react', 'svelte', 'vue', 'angular'];
    try {
      await program.start();
      const pages = await Promise.all(frameworks.map(() => browser.newPage()));
      const faults: string[] = [];
      const show = async (each: Page, framework: string) => {
        each.on('pageerror', (error) => faults.push(error.message));
        await each.goto(`http://127.0.0.1:${program.port}/`);
        await each.evaluate((name) => (globalThis as unknown as { page: Hooks }).page.mount(name), framework);
      };
      await Promise.all(pages.map((each, i) => show(each, frameworks[i]!)));
      const allShow = (text: string) =>
        waitFor(async () => {
          const texts = await Promise.all(pages.map((each) => each.locator('#place').textContent()));
          expect(texts).toEqual([`${text} ${text}`, text, text, text]);
          return true;
        });
      await allShow('red');
      await firstValueFrom(zk.set('/colour', 'blue', { codec: utf8 }));
      await allShow('blue');
      await program.kill();
      await allShow('blue?');
      await firstValueFrom(zk.set('/colour', 'green', { codec: utf8 }));
      await program.start();
      await allShow('green');
      await Promise.all(pages.map((each) => each.close()));
      expect(faults).toEqual([]);
    } finally {
      await program.kill();
    }
  });

  it('costs its server nothing while its page is hidden, and is true again when that is in front', async () => {
    await using keeper = await startZooKeeper();
    await using zk = await openZooKeeper(keeper.connectString);
    await firstValueFrom(zk.create('/colour', 'red', { codec: utf8 }));
    const become = (colour: string) => firstValueFrom(zk.set('/colour', colour, { codec: utf8 }));
    const program = new BridgeProgram(keeper.connectString);
    try {
      await program.start();
      await using tabs = await RealTabs.in(browser);
      const open = async (pauseAfter: number) => {
        const tab = await tabs.open(`http://127.0.0.1:${program.port}/?pauseAfter=${pauseAfter}`);
        await waitFor(() => tab.evaluate('typeof page === "object"'));
        await tab.evaluate(`page.mount('svelte'); globalThis.shown = []; const place = document.getElementById('place');
          new MutationObserver(() => shown.push(place.textContent))
            .observe(place, { subtree: true, childList: true, characterData: true })`);
        const shows = (...texts: readonly string[]) =>
          waitFor(async () => {
            expect(await tab.evaluate('shown')).toEqual(texts);
            return true;
          });
        const isHidden = () => tab.evaluate('document.visibilityState === "hidden"');
        return { tab, shows, isHidden };
      };
      const pausing = await open(100);
      await pausing.shows('red');
      const keeping = await open(Infinity);
      await keeping.shows('red');
      expect(await pausing.isHidden()).toBe(true);
      await pausing.shows('red', 'red?');
      await waitFor(async () => (await program.sizes()).lines === 1);
      const before = await program.sizes();
      await become('blue');
      await keeping.shows('red', 'blue');
      await pausing.tab.toFront();
      await pausing.shows('red', 'red?', 'blue');
      expect(await program.sizes()).toEqual({ lines: 2, requests: before.requests + 2 }); // both at its return
      expect(await keeping.isHidden()).toBe(true);
      await become('green');
      await keeping.shows('red', 'blue', 'green');
      await keeping.tab.become('frozen');
      await become('gold');
      await pausing.shows('red', 'red?', 'blue', 'green', 'gold');
      await keeping.tab.become('active');
      await keeping.shows('red', 'blue', 'green', 'gold');
    } finally {
      await program.kill();
    }
  });
});

/** The program app/bridgeProgram.mjs, which is killed and started again at the same port. */
class BridgeProgram {
  port = 0;
  readonly #servers: string;
  #child: ChildProcess | undefined;

  constructor(servers: string) {
    this.#servers = servers;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['bridgeProgram.mjs', this.#servers, `${this.port}`], {
      cwd: APP,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    this.port = Number(/^port (\d+)/.exec(line.toString())![1]);
  }

  /** The lines of its bridge, and the requests that this has had. */
  async sizes(): Promise<{ readonly lines: number; readonly requests: number }> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/sizes`);
    return (await answer.json()) as { readonly lines: number; readonly requests: number };
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
