import type { PullDecoder } from '../../bytes/pullDecoder.js';
import { NO_MAGIC, OK } from './errorCode.js';
import type { RecordCodec } from './recordCodec.js';
import type { WireWriter } from './wireWriter.js';

/** The answer of a server. */
export type Reply<T> =
  { readonly number: 0; readonly value: T } | { readonly number: number; readonly message: string };

/** Reads an answer, whether it is one of a command or none was asked for. */
export function readReply<T>(input: PullDecoder, value: RecordCodec<T>): Reply<T> {
  const number = input.int();
  if (number === OK) return { number, value: value.read(input) };
  return { number, message: number === NO_MAGIC ? '' : input.text() };
}

export function writeReply<T>(out: WireWriter, value: RecordCodec<T>, reply: Reply<T>): void {
  out.int(reply.number);
  if (isGood(reply)) value.write(out, reply.value);
  else if ('message' in reply && reply.number !== NO_MAGIC) out.text(reply.message);
}

/** Whether the answer is the one that was asked for. */
export function isGood<T>(reply: Reply<T>): reply is { readonly number: 0; readonly value: T } {
  return reply.number === OK;
}
