import { PEERS } from './contenders.mjs';

/** Prints the figures of a workload, a line for each contender. */
export function print(title, row) {
  console.log(`\n${title}`);
  const best = Math.max(0, ...PEERS.map((peer) => row.get(peer)?.rate ?? 0));
  const raw = row.get('raw')?.rate;
  const cell = (value, digits = 2) => (value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(digits));
  const lines = [...row].map(([name, { rate, ms, cpu, rss, bytesEach, heapEach, low, high }]) => ({
    contender: name,
    ...(rate === undefined
      ? { ms: cell(ms, 2) }
      : {
          'ops/s': Math.round(rate),
          'x raw': cell(rate / raw),
          'x best peer': best > 0 ? cell(rate / best) : '-',
          'CPU us/op': cell(cpu),
        }),
    'RSS MB': cell(rss, 0),
    ...(bytesEach !== undefined && { 'bytes each': Math.round(bytesEach) }),
    ...(heapEach !== undefined && { 'heap each': Math.round(heapEach) }),
    'low..high': rate === undefined ? `${cell(low)}..${cell(high)}` : `${Math.round(low)}..${Math.round(high)}`,
  }));
  console.table(lines);
}
