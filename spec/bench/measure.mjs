// How the workloads measure.
const WARM_UP = 600;
const SLICE = 15;

export const delay = (ms) => new Promise((done) => setTimeout(done, ms));

/** Counts what happens in a window, once it is warm. */
export async function measure(window, begin) {
  let count = 0;
  begin((more) => (count += more));
  await delay(WARM_UP);
  const before = count;
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await delay(window);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const operations = count - before;
  return { rate: operations / seconds, cpu: (user + system) / operations, rss: process.memoryUsage.rss() / 2 ** 20 };
}

/**
 * The same, in slices, of which the best tenth counts: other work on the machine disturbs only some of them. For costs
 * that are smaller than the differences between two runs.
 */
export async function measureSlices(window, begin) {
  let count = 0;
  begin((more) => (count += more));
  await delay(WARM_UP);
  const slices = [];
  for (const end = performance.now() + window; performance.now() < end;) {
    const before = count;
    const cpu = process.cpuUsage();
    const start = performance.now();
    await delay(SLICE);
    const { user, system } = process.cpuUsage(cpu);
    const operations = count - before;
    slices.push({ rate: (operations / (performance.now() - start)) * 1000, cpu: (user + system) / operations });
  }
  slices.sort((a, b) => a.cpu - b.cpu);
  return { ...slices[Math.floor(slices.length / 10)], rss: process.memoryUsage.rss() / 2 ** 20 };
}

/** Bytes of JavaScript that are in use, in the heap and outside of it. */
export function heap() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
