import { type OperatorFunction, defer, filter, map, tap } from 'rxjs';
import { FrameSplitter } from '../bytes/frameSplitter.js';
import { integer } from '../core/check.js';
import { ProtocolError } from '../core/errors.js';

const DEFAULT_LIMIT = 4 * 1024 * 1024;

/**
 * Turns chunks of bytes into batches of frames that were prefixed with a big-endian 32-bit length: one batch per chunk,
 * never empty. It emits a batch and not a frame: under load a chunk carries hundreds of them, and the consumer loops
 * over them instead of RxJS.
 *
 * A frame may be a view of its chunk: where chunks are only valid during their emission, so are frames.
 *
 * - **Emits** the frames that each chunk completes, in the order of the wire.
 * - **Completes** with the source.
 * - **Errors** with a `ProtocolError` for a negative length, or one over the limit (before anything is allocated for
 *   it), or when the source completes inside a frame; with a `UsageError` for a bad limit.
 *
 * @example
 * declare const chunk$: Observable<Uint8Array>;
 * chunk$.pipe(deframe()).subscribe((frames) => frames.forEach((frame) => console.log(frame.length)));
 *
 * @param limit largest frame, in bytes. Default 4 MiB.
 */
export function deframe(limit = DEFAULT_LIMIT): OperatorFunction<Uint8Array, readonly Uint8Array[]> {
  return (chunk$) =>
    defer(() => {
      const splitter = new FrameSplitter(integer('limit', limit, 1, 0x7fffffff));
      let batch: Buffer[] = [];
      const sink = {
        frame: (bytes: Buffer, start: number, end: number) => void batch.push(bytes.subarray(start, end)),
        oversized: (length: number): never => {
          throw new ProtocolError(`a frame of ${length} bytes; at most ${limit} are accepted`);
        },
      };
      return chunk$.pipe(
        map((chunk) => {
          batch = [];
          splitter.push(chunk, sink);
          return batch;
        }),
        filter((frames) => frames.length > 0),
        tap({
          complete: () => {
            if (!splitter.idle) throw new ProtocolError('the stream ended inside a frame');
          },
        })
      );
    });
}
