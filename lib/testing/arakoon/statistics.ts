import type { NamedField } from '../../arakoon/protocol/statistics.js';

/** How often something was done, and how long it took: in seconds. */
class Samples {
  n = 0;
  #min = Number.MAX_VALUE;
  #max = 0;
  #m2 = 0;
  #avg = 0;
  #var = 0;

  add(x: number): void {
    const before = this.n++;
    this.#min = Math.min(this.#min, x);
    this.#max = Math.max(this.#max, x);
    const delta = x - this.#avg;
    this.#avg += delta / this.n;
    if (before > 0) this.#m2 += delta * (x - this.#avg);
    this.#var = this.#m2 / before; // not a number for the first, as on a real server
  }

  field(name: string): NamedField {
    const numbers = { min: this.#min, max: this.#max, m2: this.#m2, avg: this.#avg, var: this.#var };
    return list(name, [
      { name: 'n', type: 1, value: this.n },
      ...Object.entries(numbers).map(([each, value]) => float(each, value)),
    ]);
  }
}

/** The timed operations, in the order of a server's answer. */
const TIMED = {
  set: 'set_info',
  get: 'get_info',
  delete: 'del_info',
  sequence: 'seq_info',
  multiGet: 'mget_info',
  multiGetOption: 'mget_option_info',
  testAndSet: 'tas_info',
  replace: 'replace_info',
  range: 'range_info',
  rangeEntries: 'range_entries_info',
  revRangeEntries: 'rev_range_entries_info',
  prefix: 'prefix_info',
  deletePrefix: 'delete_prefix_info',
} as const;
/** The operations whose sizes are measured too. */
const SIZED = {
  set: 'set',
  get: 'get',
  range: 'range',
  rangeEntries: 'range_entries',
  revRangeEntries: 'rev_range_entries',
  prefix: 'prefix',
  deletePrefix: 'del_prefix',
} as const;

type Timed = keyof typeof TIMED;

/** The counters and timings of a node, for the command `statistics`. */
export class Statistics {
  readonly #start: number;
  readonly #all = new Samples();
  readonly #harvest = new Samples();
  readonly #timed = new Map(Object.keys(TIMED).map((name) => [name, new Samples()]));
  readonly #sizes = new Map(Object.keys(SIZED).map((name) => [name, 0]));
  #last: number;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#start = this.#last = now;
  }

  /** Something was done: with a value of so many bytes, or so many keys. */
  add(operation: string, start: number, now: number, size = 0): void {
    const samples = this.#timed.get(operation);
    if (samples === undefined) return;
    this.#last = now;
    this.#all.add((now - start) / 1000);
    samples.add((now - start) / 1000);
    const average = this.#sizes.get(operation);
    if (average !== undefined) this.#sizes.set(operation, average + (size - average) / samples.n);
  }

  /** Updates were agreed upon: so many at once. */
  harvested(count: number): void {
    this.#harvest.add(count);
  }

  /** All of it, and how far each node has got. */
  report(nodes: readonly (readonly [name: string, txid: number])[]): NamedField {
    const timed = (Object.keys(TIMED) as Timed[]).map((name) => this.#timed.get(name)!.field(TIMED[name]));
    const sizes = Object.entries(SIZED).map(([name, shown]) => float(`avg_${shown}_size`, this.#sizes.get(name)!));
    const { heapUsed, rss } = process.memoryUsage();
    return list('arakoon_stats', [
      ...[float('start', this.#start / 1000), float('last', this.#last / 1000), ...sizes],
      ...[this.#harvest.field('harvest_stats'), ...timed, this.#all.field('op_info')],
      ...[float('mem_allocated', heapUsed / 1024), int('mem_maxrss', Math.floor(rss / 1024))],
      ...['mem_minor_collections', 'mem_major_collections', 'mem_compactions'].map((name) => int(name, 0)),
      list(
        'node_is',
        nodes.map(([name, txid]) => ({ name, type: 2, value: BigInt(txid) }))
      ),
    ]);
  }
}

function list(name: string, value: readonly NamedField[]): NamedField {
  return { name, type: 5, value };
}

function float(name: string, value: number): NamedField {
  return { name, type: 3, value };
}

function int(name: string, value: number): NamedField {
  return { name, type: 1, value };
}

/** The size of the value of a request, or of its answer. */
export function sizeOf(request: unknown, reply: unknown): number {
  if (typeof reply === 'number') return reply;
  if (reply instanceof Uint8Array) return reply.byteLength;
  if (Array.isArray(reply)) return reply.length;
  const value = (request as { readonly value?: unknown } | undefined)?.value;
  return value instanceof Uint8Array ? value.byteLength : 0;
}
