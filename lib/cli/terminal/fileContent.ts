import { readFile } from 'node:fs/promises';
import { UsageError } from '../../core/errors.js';

/** The content of a file that an argument names. Rejects with a `UsageError` if it cannot be read. */
export async function fileContent(argument: string, file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new UsageError(argument, `cannot be read: ${(cause as Error).message}`, { cause });
  });
}
