import { pathFault } from '../../../core/check.js';
import { readAcl } from '../../../zookeeper/protocol/aclCodec.js';
import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import type { Acl } from '../../../zookeeper/types.js';
import { Code, refuse } from '../refusal.js';

/** Refuses a path that a real server refuses. */
export function checkPath(path: string): void {
  if (pathFault(path) !== undefined) refuse(Code.badArguments);
}

/** A path, which must not be left out. */
export function pathOf(input: JuteReader): string {
  return optionalPathOf(input) ?? refuse(Code.marshallingError);
}

/** A path, or `null` where there is none. */
export function optionalPathOf(input: JuteReader): string | null {
  return peek(input) === -1 ? (input.skip(4), null) : input.string();
}

/** An ACL, where none is an empty one. */
export function aclOf(input: JuteReader): Acl[] {
  return peek(input) < 0 ? (input.skip(4), []) : readAcl(input);
}

/** A list of paths; `null` where there is none. */
export function pathsOf(input: JuteReader): readonly string[] | null {
  const count = peek(input);
  return count < 0 ? (input.skip(4), count === -1 ? null : []) : input.strings();
}

/** The number that comes next; 0 when there is none. */
function peek({ bytes, position, left }: JuteReader): number {
  return left < 4 ? 0 : bytes.readInt32BE(position);
}
