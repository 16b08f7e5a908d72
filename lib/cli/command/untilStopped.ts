import { ConnectionLostError } from '../../core/errors.js';
import { onAbort } from '../../core/onAbort.js';

/** The values of a loop's source. The loop throws when the signal aborts, also while it waits for a value. */
export async function* untilStopped<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  const values = source[Symbol.asyncIterator]();
  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      const stopped = () => reject(new ConnectionLostError('stopped', 'none', { code: 'ABORTED' }));
      const release = onAbort(signal, stopped);
      values
        .next()
        .then(resolve, reject)
        .finally(release)
        .catch(() => undefined);
    });
  try {
    for (let result = await next(); result.done !== true; result = await next()) yield result.value;
  } finally {
    values.return?.(undefined).catch(() => undefined); // not awaited: it waits for a value that is under way
  }
}
