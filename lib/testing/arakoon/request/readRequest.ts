import { MASK } from '../../../arakoon/protocol/op.js';
import { readPrologue } from '../../../arakoon/protocol/prologue.js';
import { NO_SEQUENCE } from '../../../arakoon/protocol/step.js';
import type { PullDecoder } from '../../../bytes/pullDecoder.js';
import { ProtocolError } from '../../../core/errors.js';
import type { ArakoonFaultRequest, ArakoonServerSettings } from '../arakoonServerOptions.js';
import { Rc, UNKNOWN } from '../failure.js';
import { textOf } from '../store/applyStep.js';
import { commandOf, understands } from './commandOf.js';
import type { Command } from './requestContext.js';

/** A command with its arguments. */
export interface Request {
  readonly command: Command;
  readonly request: unknown;
}

/**
 * The bytes of a client, read: the name of its cluster, a request, or garbage; with the final answer, if there is one.
 */
export type Heard =
  | { readonly greeting: boolean }
  | Request
  | { readonly refused: { readonly number: number; readonly message: string } | undefined };

/** The commands whose arguments are read where errors are answered; to the others the server has nothing to say. */
const ANSWERED: ReadonlySet<string> = new Set([
  'hello',
  'testAndSet',
  'replace',
  'deletePrefix',
  'sequence',
  'migrateRange',
  'setInterval',
  'setRoutingDelta',
  'setNurseryConfig',
  'getFringe',
]);

/** Reads the next thing that a client says. */
export function readRequest(input: PullDecoder, greeted: boolean, { id, version }: ArakoonServerSettings): Heard {
  if (!greeted) return { greeting: readPrologue(input) === id };
  const word = input.int();
  if ((word & MASK) >>> 0 !== MASK) return { refused: { number: Rc.noMagic, message: '' } };
  const tag = word & 0xffff;
  const command = commandOf(tag, version);
  if (command === undefined)
    return { refused: { number: Rc.notFound, message: `${tag.toString(16)}: command not found` } };
  try {
    const request = command.op.request.read(input);
    if (!understands(request, version)) throw new ProtocolError('of a later version');
    return { command, request };
  } catch (reason) {
    if (!(reason instanceof ProtocolError)) throw reason;
    const message = reason.message === NO_SEQUENCE ? NO_SEQUENCE : UNKNOWN;
    return { refused: ANSWERED.has(command.op.name) ? { number: Rc.unknownFailure, message } : undefined };
  }
}

/** The view of a request that a user's `faults` function gets. */
export function faultRequest(node: string, { command: { op }, request }: Request): ArakoonFaultRequest {
  const key = op.key?.(request);
  return { node, operation: op.name, tag: op.tag, key: key === undefined ? undefined : textOf(key) };
}
