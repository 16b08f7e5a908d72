/**
 * The program of a {@link SummingThread}. It is a text, and no file, so that it is there in every bundle. It takes
 * orders and answers them in their order. After ten seconds without a content it says that it is idle.
 */
export const sumsProgram = `
  const { createHash } = require('node:crypto');
  const { parentPort } = require('node:worker_threads');
  const { crc32 } = require('node:zlib');

  const IDLE = 10_000; // milliseconds
  const contents = new Map();
  let timer;

  const orders = {
    begin({ content, isWhole }) {
      clearTimeout(timer);
      contents.set(content, isWhole ? createHash('sha256') : undefined);
    },
    slice({ content, memory, length }) {
      const bytes = new Uint8Array(memory, 0, length);
      contents.get(content)?.update(bytes);
      parentPort.postMessage({ content, crc: crc32(bytes) });
    },
    digest({ content }) {
      parentPort.postMessage({ content, sha256: contents.get(content)?.digest('hex') });
    },
    end({ content }) {
      contents.delete(content);
      if (contents.size === 0) timer = setTimeout(() => parentPort.postMessage({ isIdle: true }), IDLE);
    },
  };

  parentPort.on('message', (order) => orders[order.kind](order));
`;
