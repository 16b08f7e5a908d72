import { afterEach, describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Order, type SummedContent, SummingThread } from '../../../lib/hive/sums/summingThread.js';
import { sumsProgram } from '../../../lib/hive/sums/sumsProgram.js';
import { sumsOf } from '../../../lib/hive/sums/sumsOf.js';
import { OwnSums } from '../../../lib/hive/sums/ownSums.js';

/** A worker that does nothing, and notes what is asked of it. */
class IdleWorker extends EventEmitter {
  readonly orders: Order[] = [];
  isHeld = true; // it keeps the process alive
  isTerminated = false;
  postMessage = (order: Order) => void this.orders.push(order);
  ref = () => void (this.isHeld = true);
  unref = () => void (this.isHeld = false);
  terminate = () => void (this.isTerminated = true);
}

function staged() {
  const workers: IdleWorker[] = [];
  const start = () => {
    const worker = new IdleWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  };
  return { workers, thread: new SummingThread(start) };
}

const content = (): SummedContent & { readonly causes: unknown[] } => {
  const causes: unknown[] = [];
  return { causes, answered: () => undefined, lost: (cause) => void causes.push(cause) };
};

describe('the thread that makes sums', () => {
  it('begins with the first content, and there is one for all of them', () => {
    const { thread, workers } = staged();
    expect(workers).toHaveLength(0);
    const numbers = [thread.begin(content(), true), thread.begin(content(), false)];
    expect(workers).toHaveLength(1);
    expect(workers[0]!.orders).toEqual([
      { kind: 'begin', content: numbers[0], isWhole: true },
      { kind: 'begin', content: numbers[1], isWhole: false },
    ]);
  });

  it('keeps the process alive while there is a content, and no longer', () => {
    const { thread, workers } = staged();
    const [first, second] = [thread.begin(content(), true)!, thread.begin(content(), true)!];
    const held = [workers[0]!.isHeld];
    for (const number of [first, first, second]) {
      thread.end(number);
      held.push(workers[0]!.isHeld);
    }
    thread.begin(content(), true);
    expect([...held, workers[0]!.isHeld]).toEqual([true, true, true, false, true]);
  });

  it('ends when it is idle, unless a content has begun meanwhile, and another begins when it is needed', () => {
    const { thread, workers } = staged();
    const first = thread.begin(content(), true)!;
    workers[0]!.emit('message', { isIdle: true });
    expect(workers[0]!.isTerminated).toBe(false);
    thread.end(first);
    workers[0]!.emit('message', { isIdle: true });
    expect(workers[0]!.isTerminated).toBe(true);
    const other = content();
    thread.begin(other, true);
    workers[0]!.emit('exit', 1); // of the one that was ended
    expect([workers.length, other.causes]).toEqual([2, []]);
  });

  it('tells its contents of what it died, and there is none any more', () => {
    const { thread, workers } = staged();
    const contents = [content(), content()];
    contents.forEach((each) => thread.begin(each, true));
    const cause = new Error('out of memory');
    workers[0]!.emit('error', cause);
    workers[0]!.emit('exit', 1);
    expect(contents.map(({ causes }) => causes)).toEqual([[cause], [cause]]);
    expect(thread.begin(content(), true)).toBeUndefined();
    expect(workers).toHaveLength(1);
  });

  it('is not there where the process may have no threads: then the sums are made without it', () => {
    let tries = 0;
    const thread = new SummingThread(() => {
      tries++;
      throw new Error('ERR_ACCESS_DENIED');
    });
    const plan = { size: 2 ** 24, sliceSize: 2 ** 19, alias: 'a', operation: 'upload' };
    for (let i = 0; i < 2; i++) expect(sumsOf(thread, plan)).toBeInstanceOf(OwnSums);
    expect(tries).toBe(1);
  });
});

describe('the program of the thread', () => {
  const workers: Worker[] = [];
  afterEach(async () => void (await Promise.all(workers.splice(0).map((worker) => worker.terminate()))));

  it('survives orders for a content that has ended', async () => {
    const worker = new Worker(sumsProgram, { eval: true });
    workers.push(worker);
    const memory = new SharedArrayBuffer(9);
    Buffer.from(memory).write('123456789');
    for (const kind of ['begin', 'end', 'digest', 'slice'] as const)
      worker.postMessage({ kind, content: 7, isWhole: true, memory, length: 9 });
    const answers = await new Promise<unknown[]>((done, failed) => {
      const found: unknown[] = [];
      worker.on('message', (answer) => found.push(answer) === 2 && done(found));
      worker.on('error', failed);
    });
    expect(answers).toEqual([{ content: 7 }, { content: 7, crc: 0xcbf43926 }]);
  });
});
