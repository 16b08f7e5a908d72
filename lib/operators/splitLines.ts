import { type OperatorFunction, defer, filter, map, tap } from 'rxjs';
import { Pieces } from '../bytes/pieces.js';
import { integer } from '../core/check.js';
import { ProtocolError } from '../core/errors.js';

const DEFAULT_LIMIT = 64 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Turns chunks of bytes into batches of lines, for protocols of text: one batch per chunk, never empty. A line ends
 * with `\n` or `\r\n`, which are not a part of it. Bytes are UTF-8; bytes that are not become U+FFFD.
 *
 * - **Emits** the lines that each chunk completes, in their order.
 * - **Completes** with the source.
 * - **Errors** with a `ProtocolError` for a line over the limit, as soon as that many bytes have come; or when the
 *   source completes inside a line; with a `UsageError` for a bad limit.
 *
 * @example
 * declare const chunk$: Observable<Uint8Array>;
 * chunk$.pipe(splitLines()).subscribe((lines) => lines.forEach((line) => console.log(line)));
 *
 * @param limit longest line, in bytes, without its end. Default 64 KiB.
 */
export function splitLines(limit = DEFAULT_LIMIT): OperatorFunction<Uint8Array, readonly string[]> {
  return (chunk$) =>
    defer(() => {
      integer('limit', limit, 1, 0x7fffffff);
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const begun = new Pieces(); // of a line without its end
      const lineOf = (bytes: Uint8Array) => {
        const end = bytes.length - (bytes.at(-1) === CARRIAGE_RETURN ? 1 : 0);
        if (end > limit) throw tooLong(limit);
        return decoder.decode(bytes.subarray(0, end));
      };
      return chunk$.pipe(
        map((chunk) => {
          const lines: string[] = [];
          let at = 0;
          for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, at)) {
            begun.push(chunk.subarray(at, end));
            lines.push(lineOf(begun.take()));
            at = end + 1;
          }
          if (at < chunk.length) begun.push(new Uint8Array(chunk.subarray(at))); // a copy: the chunk will be gone
          if (begun.length > limit + 1) throw tooLong(limit); // its last byte may be a carriage return
          return lines;
        }),
        filter((lines) => lines.length > 0),
        tap({
          complete: () => {
            if (begun.length > 0) throw new ProtocolError('the stream ended inside a line');
          },
        })
      );
    });
}

function tooLong(limit: number): ProtocolError {
  return new ProtocolError(`a line of more than ${limit} bytes`);
}
