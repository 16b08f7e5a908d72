// How the workloads measure.
const WARM_UP = 600;

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

/** Bytes of JavaScript that are in use, in the heap and outside of it. */
export function heap() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
