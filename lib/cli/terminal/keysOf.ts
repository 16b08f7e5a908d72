import { onAbort } from '../../core/onAbort.js';

/** The keys that a user presses, one by one, until a signal aborts. Ctrl-C calls `interrupt`. */
export async function* keysOf(
  input: NodeJS.ReadStream,
  stop: AbortSignal,
  interrupt: () => void
): AsyncIterable<string> {
  input.setRawMode(true);
  let wake = () => {};
  const keys: string[] = [];
  const take = (chunk: Buffer) => {
    for (const key of chunk.toString())
      if (key === '\u0003') interrupt();
      else keys.push(key);
    wake();
  };
  input.on('data', take);
  const release = onAbort(stop, () => wake());
  try {
    while (!stop.aborted) {
      if (keys.length === 0) await new Promise<void>((done) => (wake = done));
      yield* keys.splice(0);
    }
  } finally {
    release();
    input.off('data', take);
    input.setRawMode(false);
    input.pause();
  }
}
