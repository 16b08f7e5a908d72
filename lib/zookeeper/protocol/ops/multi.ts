import { type CoordinationError, ProtocolError, UsageError } from '../../../core/errors.js';
import { outOfChroot } from '../../path.js';
import { type RefusalContext, refusal } from '../errorCode.js';
import type { JuteReader } from '../juteReader.js';
import type { JuteWriter } from '../juteWriter.js';
import type { AnyOp, Op } from '../op.js';
import { opForVersion } from '../opForVersion.js';
import { readStat } from '../stat.js';
import type { Created } from './createOp.js';

/** One operation of a transaction, or one read of a multiRead. */
export interface MultiPart {
  readonly op: AnyOp;
  readonly request: unknown;
  /** The mistake of the caller, to be reported upon commit. */
  readonly fault?: unknown;
}

/** The type of the header that ends a list of operations or results, and of a result that is an error. */
const END = -1;
const FAILED = -1;
/** The code of an operation that was given up because another one was refused. */
const ROLLED_BACK = -2;
const HEADER_SIZE = 9;
const [CREATE, DELETE, SET_DATA, CHECK, CREATE2] = [1, 2, 5, 13, 15];

/** The first operations of a transaction, which its caller has not written: they have no results and no index. */
export interface Guards {
  readonly length: number;
  /** The error of the transaction, when the server has refused one of them with this error. */
  refused(error: CoordinationError): CoordinationError;
}

/** All of these operations or none of them, as one change. Emits one result for each. */
export const multi = multiAfter({ length: 0, refused: (error) => error });

/** The same, with operations before those of the caller. */
export function multiAfter(guards: Guards): Op<readonly MultiPart[], readonly unknown[]> {
  return {
    name: 'transaction',
    opcode: 14,
    readOnly: false,
    check: (parts) => checkParts(parts, guards.length),
    encode: writeParts,
    decode: (input, parts, root) => readResults(input, parts, root, guards),
    path: onlyPath,
    adapt: (parts, server) => parts.map(({ op, request }) => ({ op: opForVersion(op, server), request })),
    root: (parts, root) => parts.map(({ op, request }) => ({ op, request: op.root?.(request, root) })),
    unroot: (results, root) =>
      results.map((result) => (isCreated(result) ? { ...result, path: outOfChroot(root, result.path) } : result)),
  };
}

function readResults(
  input: JuteReader,
  parts: readonly MultiPart[],
  root: string | undefined,
  guards: Guards
): readonly unknown[] {
  const codes: number[] = [];
  const results: unknown[] = [];
  for (let type = nextResult(input); type !== undefined; type = nextResult(input)) {
    codes.push(type === FAILED ? input.int() : 0);
    results.push(type === FAILED ? undefined : readResult(input, type));
    if (results.length > parts.length) throw new ProtocolError(`more than ${parts.length} results of a transaction`);
  }
  const index = indexOfCulprit(codes);
  if (index >= 0) {
    const context = { ...partContext(parts[index]!), below: root };
    throw index < guards.length
      ? guards.refused(refusal(codes[index]!, context))
      : refusal(codes[index]!, { ...context, index: index - guards.length });
  }
  if (results.length < parts.length) throw new ProtocolError(`${results.length} results of ${parts.length} operations`);
  return guards.length === 0 ? results : results.slice(guards.length);
}

/** The path of a list that concerns one node alone. */
export function onlyPath([part, ...others]: readonly MultiPart[]): string | undefined {
  return part === undefined || others.length > 0 ? undefined : part.op.path?.(part.request);
}

/** Writes operations as both multi and multiRead have them. */
export function writeParts(out: JuteWriter, parts: readonly MultiPart[]): void {
  for (const { op, request } of parts) {
    out.int(op.opcode).bool(false).int(-1);
    op.encode(out, request);
  }
  out.int(END).bool(true).int(-1);
}

/** Reads the header of the next result: its type, or `undefined` after the last. */
export function nextResult(input: JuteReader): number | undefined {
  if (input.left < HEADER_SIZE) throw new ProtocolError('results end early');
  const type = input.int();
  const done = input.bool();
  input.int(); // the error, which the body repeats
  return done ? undefined : type;
}

/** By the type in the *result*: some servers answer a create2 as a create (ZOOKEEPER-4026). */
function readResult(input: JuteReader, type: number): unknown {
  switch (type) {
    case CREATE:
      return { path: input.string() };
    case CREATE2:
      return { path: input.string(), stat: readStat(input) };
    case SET_DATA:
      return readStat(input);
    case DELETE:
    case CHECK:
      return undefined;
    default:
      throw new ProtocolError(`result of type ${type} in a transaction`);
  }
}

/** The operation that the server refused; -1 if none. Its neighbours carry 0 before it, and "rolled back" after it. */
function indexOfCulprit(codes: readonly number[]): number {
  const refused = codes.findIndex((code) => code !== 0 && code !== ROLLED_BACK);
  return refused >= 0 ? refused : codes.indexOf(ROLLED_BACK);
}

function checkParts(parts: readonly MultiPart[], guards: number): void {
  parts.forEach(({ op, request, fault }, i) => {
    try {
      if (fault !== undefined) throw fault as Error;
      op.check?.(request);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`operations[${i - guards}].${error.argument}`, error.message, {
        path: op.path?.(request),
        cause: error,
      });
    }
  });
}

function partContext({ op, request }: MultiPart): RefusalContext {
  return { operation: `transaction ${op.name}`, path: op.path?.(request), numbered: op.numbered?.(request) };
}

function isCreated(result: unknown): result is Created {
  return typeof result === 'object' && result !== null && 'path' in result;
}
