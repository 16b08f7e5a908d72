import { open, rename, rm } from 'node:fs/promises';
import { UsageError } from '../../../core/errors.js';
import { ExitCode } from '../../command/report.js';
import type { Call, Verb } from '../../command/verb.js';
import { visible } from '../../terminal/visible.js';
import { transferred } from './bytesOf.js';
import { MAX, VERSION, aliasIn, ifVersion, openedHive } from './openedHive.js';

export const hiveDownload: Verb = {
  name: 'hive download',
  summary: 'Reads the content of an entry, all of one version, piece by piece. Its checksums are compared.',
  usage: '[STORE] ALIAS [FILE]',
  options: {
    from: { value: 'BYTE', about: 'the first byte; default 0' },
    to: { value: 'BYTE', about: 'the byte after the last; default: the end' },
    version: VERSION,
    max: MAX,
  },
  operands: 'other',
  examples: [
    ['qrx hive download zk://127.0.0.1:2181/documents reports/2026 report.pdf', 'the file is there when it is whole'],
    ['qrx hive download backups/monday | tar xz', 'to standard output'],
    ['qrx hive download movie --to 1000000 > part', 'the first million bytes'],
  ],
  async run(call) {
    const [alias, file] = aliasIn(call, 1);
    const range = { from: call.number('from'), to: call.number('to') };
    const options = { ...range, ...ifVersion(call), signal: call.terminal.stop };
    const hive = await openedHive(call);
    const size = (await call.first(hive.stat(alias)))?.size;
    const total = size === undefined ? undefined : Math.min(size, range.to ?? size) - (range.from ?? 0);
    const pieces = watched(call, alias, hive.download(alias, options), total);
    if (file === undefined) for await (const piece of pieces) await call.terminal.write(piece);
    else {
      const bytes = await intoFile(file, pieces);
      await call.output.result(`${bytes} bytes in ${visible(file)}`, { alias, file, size: bytes });
    }
    return ExitCode.done;
  },
};

async function* watched(call: Call, alias: string, pieces: AsyncIterable<Uint8Array>, total: number | undefined) {
  const began = performance.now();
  let done = 0;
  try {
    for await (const piece of pieces) {
      done += piece.length;
      call.terminal.progress(`${transferred(done, total, began)}  ${visible(alias)}`);
      yield piece;
    }
  } finally {
    call.terminal.progress('');
  }
}

/** Writes beside the file, and gives it the name when all of it is there. **Returns** the number of bytes. */
async function intoFile(file: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const part = `${file}.part`;
  const target = await open(part, 'w').catch((cause: unknown) => {
    throw new UsageError('FILE', `cannot be written: ${(cause as Error).message}`, { cause });
  });
  let bytes = 0;
  try {
    try {
      for await (const piece of pieces) {
        await target.writeFile(piece);
        bytes += piece.length;
      }
    } finally {
      await target.close();
    }
    await rename(part, file);
    return bytes;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
