import type { PullDecoder } from '../../bytes/pullDecoder.js';
import { ProtocolError } from '../../core/errors.js';
import { MASK } from './op.js';
import type { WireWriter } from './wireWriter.js';

export const PROTOCOL_VERSION = 1;

/**
 * The first message of a client, once on every connection. It is never answered; a server that does not like it closes.
 */
export function writePrologue(out: WireWriter, cluster: string): void {
  out
    .int(MASK | 0)
    .int(PROTOCOL_VERSION)
    .text(cluster);
}

/** Reads it: the cluster that the client takes this one for. */
export function readPrologue(input: PullDecoder): string {
  if (input.int() !== (MASK | 0)) throw new ProtocolError('not Arakoon');
  const version = input.int();
  if (version !== PROTOCOL_VERSION) throw new ProtocolError(`version ${version} of the protocol`);
  return input.text();
}
