// Measures the dashboard with a large tree in Chromium: `npm run dash:large`. A page scrolls through one folder, first
// while nothing happens, then while nodes change, come and go. It prints how long frames take, and how long a page
// waits for rows after a jump. Other programs make frames late, so it also prints the processor time that the page
// needs for a frame: it ends with 1 if that is more than half of a frame's time.
//   --nodes n      nodes of the folder; 100,000
//   --changes n    changes in a second; 300
//   --seconds n    of each phase; 8
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { bufferCount, lastValueFrom, map, mergeMap, range } from 'rxjs';
import { open } from '../../dist/esm/index.js';

const QRX = join(import.meta.dirname, '../../dist/esm/cli/main.js');
const ALONE = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
/** A frame that a person sees as a stutter, in milliseconds. */
const STUTTER = 50;
/** The most milliseconds of processor time that a frame may need: the half of a frame. */
const MOST_WORK = 8.3;

const { values: flags } = parseArgs({
  options: { nodes: { type: 'string' }, changes: { type: 'string' }, seconds: { type: 'string' } },
});
const [nodes, changes, seconds] = [flags.nodes ?? 100_000, flags.changes ?? 300, flags.seconds ?? 8].map(Number);
const nameOf = (i) => `/many/n${String(i).padStart(7, '0')}`;

const stopping = [];
let isSmooth = true;
try {
  const zk = await filled();
  const page = await opened(zk);
  console.log(`${nodes} nodes in one folder; frames in milliseconds`);
  await scroll(page, 'scrolling');
  await scroll(page, 'scrolling while nodes change', () => changing(zk));
  await jumps(page);
} finally {
  for (const stop of stopping.reverse()) await stop();
}
process.exit(isSmooth ? 0 : 1);

/** Starts a program of `qrx`, and gives the first line that it prints. */
async function qrx(...args) {
  const child = spawn(process.execPath, [QRX, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  stopping.push(async () => {
    child.kill('SIGINT');
    await once(child, 'exit');
  });
  const [printed] = await once(child.stdout, 'data');
  return String(printed).split('\n')[0];
}

async function filled() {
  const url = await qrx('serve', 'zookeeper');
  const zk = await open(url);
  stopping.push(() => zk.close());
  await lastValueFrom(zk.create('/many', null));
  const together = (some) => some.reduce((all, i) => all.create(nameOf(i), null), zk.transaction()).commit();
  await lastValueFrom(range(0, nodes).pipe(bufferCount(500), mergeMap(together, 4)));
  return Object.assign(zk, { url });
}

async function opened({ url }) {
  const address = await qrx('dash', url);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ALONE });
  stopping.push(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.session = await page.context().newCDPSession(page);
  await page.session.send('Performance.enable', { timeDomain: 'threadTicks' }); // not the time of other programs
  const began = performance.now();
  await page.goto(address);
  await page.locator('.name', { hasText: /^many$/ }).click({ timeout: 120_000 });
  await page.getByRole('tree').press('ArrowRight');
  await page.locator('.name', { hasText: 'n0000000' }).waitFor({ timeout: 120_000 });
  console.log(`the page has shown the first of them after ${Math.round(performance.now() - began)} ms`);
  return page;
}

/** Scrolls for some seconds, a step in each frame, and prints the times between frames. */
async function scroll(page, name, meanwhile = () => ({ stop: () => 0 })) {
  const busy = meanwhile();
  const before = await worked(page);
  const frames = await page.evaluate(async (ms) => {
    const tree = globalThis.document.querySelector('[role=tree]');
    tree.scrollTop = 0;
    const times = [];
    const end = performance.now() + ms;
    for (let last = performance.now(); last < end;) {
      tree.scrollTop += 60;
      const now = await new Promise((done) => globalThis.requestAnimationFrame(() => done(performance.now())));
      times.push(now - last);
      last = now;
    }
    return times;
  }, seconds * 1000);
  const made = await busy.stop();
  const work = ((await worked(page)) - before) / frames.length;
  if (work > MOST_WORK) isSmooth = false;
  print(name, frames, `  over ${STUTTER}: ${part(frames)} %  work ${work.toFixed(1)}`);
  if (made > 0) console.log(`  with ${Math.round(made / seconds)} changes in a second`);
}

/** The processor time that the page's thread has needed until now, in milliseconds. */
async function worked(page) {
  const { metrics } = await page.session.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
}

function part(frames) {
  return ((100 * frames.filter((time) => time > STUTTER).length) / frames.length).toFixed(1);
}

/** Changes values in view, and creates and deletes nodes, at an even pace. */
function changing(zk) {
  let isOver = false;
  const work = (async () => {
    const began = performance.now();
    let made = 0;
    for (; !isOver; made++) {
      const at = made % 50;
      if (made % 10 === 0) await lastValueFrom(zk.create(`${nameOf(at)}x${made}`, null));
      else if (made % 10 === 5) await lastValueFrom(zk.delete(`${nameOf((made - 5) % 50)}x${made - 5}`));
      else await lastValueFrom(zk.set(nameOf((made * 37) % 3000), Buffer.from(`${made}`)).pipe(map(() => made)));
      const early = began + (1000 * made) / changes - performance.now();
      if (early > 0) await new Promise((done) => setTimeout(done, early));
    }
    return made;
  })();
  return {
    stop: () => {
      isOver = true;
      return work;
    },
  };
}

/** Jumps to far places, as somebody who drags the scroll bar, and prints how long the rows took. */
async function jumps(page) {
  const times = await page.evaluate(async () => {
    const tree = globalThis.document.querySelector('[role=tree]');
    const times = [];
    for (let i = 0; i < 40; i++) {
      const began = performance.now();
      tree.scrollTop = ((i * 7919) % 97) * (tree.scrollHeight / 100);
      const isThere = () => {
        const { top, bottom } = tree.getBoundingClientRect();
        const rows = [...tree.querySelectorAll('.row .name')].map((row) => row.getBoundingClientRect());
        return rows.some((row) => row.top < top + 60 && row.bottom > top) && rows.some((row) => row.top > bottom - 90);
      };
      while (!isThere() && performance.now() - began < 5000)
        await new Promise((done) => globalThis.requestAnimationFrame(done));
      times.push(performance.now() - began);
      await new Promise((done) => setTimeout(done, 50));
    }
    return times;
  });
  print('rows after a jump', times);
}

function print(name, times, rest = '') {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1).padStart(6);
  console.log(`${name.padEnd(28)} median ${at(0.5)}  95 % ${at(0.95)}  99 % ${at(0.99)}  most ${at(1)}${rest}`);
}
