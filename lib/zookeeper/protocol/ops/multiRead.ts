import { ProtocolError } from '../../../core/errors.js';
import type { JuteReader } from '../juteReader.js';
import type { Op } from '../op.js';
import { type MultiPart, nextResult, onlyPath, writeParts } from './multi.js';

/** Opcode of a multiRead, and the first server version that knows it. */
export const MULTI_READ = { opcode: 22, since: 30600 } as const;
const FAILED = -1;

/** The result of one read of a multiRead. */
export type ReadOutcome = { readonly value: unknown } | { readonly code: number };

/** Reads in one request, which the server answers from one state of its tree. Each has its own outcome. */
export const multiRead: Op<readonly MultiPart[], readonly ReadOutcome[]> = {
  name: 'multiRead',
  opcode: MULTI_READ.opcode,
  since: MULTI_READ.since,
  readOnly: true,
  check: (parts) => parts.forEach(({ op, request }) => op.check?.(request)),
  encode: writeParts,
  decode(input, parts) {
    const outcomes = parts.map(({ op, request }): ReadOutcome => {
      const code = readCode(input, op.opcode);
      return code === 0 ? { value: op.decode(input, request) } : { code };
    });
    endOfReads(input);
    return outcomes;
  },
  path: onlyPath,
  root: (parts, root) => parts.map(({ op, request }) => ({ op, request: op.root?.(request, root) })),
};

/** Reads the header of one result: 0 when the value of an operation `opcode` follows, else its error code. */
export function readCode(input: JuteReader, opcode: number): number {
  const type = nextResult(input);
  if (type === opcode) return 0;
  if (type !== FAILED) throw new ProtocolError(`result of type ${type} for a read of type ${opcode}`);
  return input.int();
}

/** Makes sure that no result follows. */
export function endOfReads(input: JuteReader): void {
  if (nextResult(input) !== undefined) throw new ProtocolError('more results than reads');
}
