import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UsageError, isCoordinationError } from '../../../core/errors.js';
import { toAsyncIterable } from '../../../operators/toAsyncIterable.js';
import { ExitCode } from '../../command/report.js';
import type { Call, Verb } from '../../command/verb.js';
import { quotedWord } from '../../command/wordsOf.js';
import { visible } from '../../terminal/visible.js';
import { transferred } from './bytesOf.js';
import { EXPIRES, MAX, VERSION, expiresIn, ifVersion, openedHive } from './openedHive.js';

export const hiveUpload: Verb = {
  name: 'hive upload',
  summary: 'Writes a file of any size as an entry, in slices. Readers see all of it or nothing.',
  usage: '[STORE] FILE [ALIAS]',
  options: {
    version: VERSION,
    expires: EXPIRES,
    max: MAX,
    resume: { value: 'ID', about: 'goes on with an upload that broke off; its message has the ID' },
  },
  operands: 'other',
  examples: [
    ['qrx hive upload zk://127.0.0.1:2181/documents report.pdf reports/2026', 'prints the name and the version'],
    ['tar cz folder | qrx hive upload - backups/monday', 'from standard input'],
    ['qrx hive upload big.iso --max 1073741824', 'up to 1 GiB, under a random name'],
  ],
  async run(call) {
    const [file, alias, ...others] = call.argsWithoutStore();
    if (file === undefined) throw new UsageError('FILE', "is missing; '-' is the standard input");
    if (others.length > 0) throw new UsageError('arguments', `are too many: ${others.join(' ')}`);
    const resume = call.value('resume');
    if (resume !== undefined && alias === undefined) throw new UsageError('ALIAS', 'is needed with --resume');
    const options = { ...expiresIn(call), ...ifVersion(call), alias, resume, signal: call.terminal.stop };
    const total = file === '-' ? undefined : await sizeOf(file);
    const hive = await openedHive(call);
    const source = file === '-' ? call.terminal.input() : createReadStream(file);
    const began = performance.now();
    let id: string | undefined;
    try {
      for await (const progress of toAsyncIterable(hive.upload(source, options), { overflow: 'latest' })) {
        id = progress.id;
        call.terminal.progress(`${transferred(progress.bytesSent, total, began)}  ${visible(progress.alias)}`);
        if (progress.phase === 'done') await done(call, progress.alias, progress.version, progress.bytesSent);
      }
    } catch (error) {
      call.terminal.progress('');
      if (id !== undefined && alias !== undefined && isLost(error) && file !== '-')
        call.terminal.note(`qrx hive upload: go on with: --resume ${id} ${quotedWord(file)} ${quotedWord(alias)}`);
      throw error;
    }
    return ExitCode.done;
  },
};

async function sizeOf(file: string): Promise<number> {
  const facts = await stat(file).catch((cause: unknown) => {
    throw new UsageError('FILE', `cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (facts.isDirectory()) throw new UsageError('FILE', `is a folder: ${file}`);
  return facts.size;
}

async function done(call: Call, alias: string, version: number | string | undefined, size: number): Promise<void> {
  call.terminal.progress('');
  await call.output.result(`${visible(alias)} has version ${version}, and ${size} bytes`, { alias, version, size });
}

/** Whether the slices stay for a while, so that the upload can go on. */
function isLost(error: unknown): boolean {
  if (!isCoordinationError(error)) return false;
  return (error.layer === 'transport' || error.layer === 'session') && error.code !== 'ABORTED';
}
