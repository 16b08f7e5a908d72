import { buffer } from 'node:stream/consumers';
import { UsageError } from '../../core/errors.js';
import { fileContent } from '../terminal/fileContent.js';
import type { OptionOfVerb } from './optionOfVerb.js';
import type { Call } from './verb.js';

/** The option of verbs that write a value. */
export const FILE: OptionOfVerb = {
  value: 'FILE',
  short: 'f',
  about: "the bytes of a file in place of VALUE; '-' is the standard input",
};

/**
 * The value for a node: an argument, a file, or the standard input.
 *
 * @param before the argument before it, for an error: a user may have meant that one
 */
export async function valueOf(call: Call, [text, more]: readonly string[], before: string): Promise<Uint8Array> {
  const file = call.value('file');
  if (more !== undefined)
    throw new UsageError('VALUE', `must be one argument, and ${more} is another: put it in quotes`);
  if ((text === undefined) === (file === undefined))
    throw new UsageError('VALUE', `must be given after ${before}, or --file FILE`);
  if (file === undefined) return Buffer.from(text!);
  return file === '-' ? buffer(call.terminal.input()) : fileContent('--file', file);
}
