import { delay, heap, measure } from './measure.mjs';

/**
 * A watch is a subscription to the value of a node of 100 bytes, which is kept true. Its memory is all that the process
 * has more than before when all values are known: of the heap what is still in use, and of the machine, which counts
 * what a client keeps outside of the heap, and what V8 has not given back.
 *
 * @param path of each node
 * @param data to set
 */
export async function watch(client, { window, count }, path, data) {
  if (client?.watch === undefined) return undefined;
  const values = new Array(count).fill(0);
  let onSeen = () => {};
  global.gc?.();
  const [rssBefore, heapBefore] = [process.memoryUsage.rss(), heap()];
  for (let i = 0; i < count; i++) {
    client.watch(path(i), () => {
      values[i]++;
      onSeen(i);
    });
    if (i % 500 === 499) await delay(5);
  }
  while (values.some((value) => value === 0)) await delay(20);
  const rssAfter = process.memoryUsage.rss();
  global.gc?.();
  const heapEach = (heap() - heapBefore) / count;
  const result = await measure(window, (counted) => {
    let next = 0;
    const LANES = 256;
    const advance = () => client.set(path(next++ % count), data, () => {})();
    onSeen = () => {
      counted(1);
      advance();
    };
    for (let i = 0; i < LANES; i++) advance();
  });
  return { ...result, rss: rssAfter / 2 ** 20, bytesEach: (rssAfter - rssBefore) / count, heapEach };
}
