import type { Line } from './line.js';

/** The most characters that leave in one chunk, if an event has not more by itself. */
const CHUNK = 64 * 1024;

/** A line as the body of a response. It takes events from the line only when its reader wants more. */
export function lineStream(line: Line): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const fill = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    while ((controller.desiredSize ?? 0) > 0) {
      let text = '';
      for (let next = line.take(); next !== undefined; next = text.length < CHUNK ? line.take() : undefined)
        text += next;
      if (text === '') break;
      controller.enqueue(encoder.encode(text));
    }
  };
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        line.onReady = () => {
          if (over) return;
          if (!line.ended) return fill(controller);
          over = true;
          controller.close();
        };
      },
      pull: (controller) => {
        if (!over) fill(controller);
      },
      cancel: () => {
        over = true;
        line.end();
      },
    },
    { highWaterMark: 1 }
  );
}
