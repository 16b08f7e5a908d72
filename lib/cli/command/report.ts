import { type CoordinationError, UsageError, isCoordinationError } from '../../core/errors.js';
import type { Terminal } from '../terminal/terminal.js';
import { visible } from '../terminal/visible.js';
import { above } from './paths.js';
import type { Call } from './verb.js';

/** The exit codes, for scripts. */
export const ExitCode = {
  done: 0,
  no: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  unknown: 5,
  lost: 6,
  fault: 70,
  notExecutable: 126,
  notFound: 127,
  interrupted: 130,
} as const;

/** The meaning of each exit code, for the help. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'no: there is no such node, nothing is found, two trees differ, a lock is held by another'],
  ['2', 'the arguments are wrong'],
  ['3', 'the store has refused: another version, a node that exists, no permission'],
  ['4', 'the store cannot be reached'],
  ['5', 'the connection was lost after a change was sent: the change has happened, or not'],
  ['6', 'a lock or a leadership was lost, and its program was ended'],
  ['70', 'a fault of qrx'],
  ['126, 127', 'the program of lock or elect cannot be run, or was not found; else its own exit code is passed on'],
  ['130', 'ended by Ctrl-C or a signal'],
];

/** Refusals in words, and the next step. */
const REFUSALS: Readonly<Record<string, readonly [reason: string, next: (path: string) => string]>> = {
  NO_NODE: ['there is no such node', (path) => `qrx ls ${above(path)}`],
  ORPHAN: ['there is no node above it', (path) => `qrx create -p ${path}`],
  ABSENT: ['there is no such node', (path) => `qrx create ${path}`],
  CLOSED_ABOVE: ['you may not do that', (path) => `qrx acl ${above(path)}`],
  CLOSED_COPY: ['you may not do that', (path) => `qrx acl ${above(path)}, or --no-acl`],
  NODE_EXISTS: ['there is such a node already', (path) => `qrx set ${path}`],
  NOT_EMPTY: ['there are nodes below it', (path) => `qrx rm -r ${path}`],
  BAD_VERSION: ['it has another version, or is gone', (path) => `qrx stat ${path}`],
  ALIAS_NOT_FOUND: ['there is no such entry', () => 'qrx hive list'],
  ALIAS_ALREADY_EXISTS: ['there is such an entry already', (alias) => `qrx hive update ${alias}`],
  VERSION_CONFLICT: ['the entry has another version, or is gone', (alias) => `qrx hive stat ${alias}`],
  NO_AUTH: ['you may not do that', (path) => `qrx acl ${path}`],
  INVALID_ACL: ['the server takes no such rights; auth needs an identity', () => 'qrx help connection'],
  UNIMPLEMENTED: ['the server cannot do that, or is not configured for it', () => 'qrx status'],
  NO_CHILDREN_FOR_EPHEMERALS: ['nodes below an ephemeral node are not possible', (path) => `qrx stat ${above(path)}`],
  PERMISSION_DENIED: ['you may not do that', () => 'qrx help connection'],
};

/** The reason of a refusal in words, by its code. */
export function reasonOf(code: string): string | undefined {
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code]![0] : undefined;
}

/** Prints an error in one line, with the next step. **Returns** the exit code. */
export function report(error: unknown, verb: string, terminal: Terminal): number {
  if (terminal.stop.aborted) return terminal.stop.reason === 'EPIPE' ? ExitCode.done : ExitCode.interrupted;
  const say = (text: string, next?: string) =>
    terminal.note(visible(`qrx ${verb}: ${text}${next === undefined ? '' : `. Try: ${next}`}`));
  if (!isCoordinationError(error)) {
    say(error instanceof Error ? error.message : String(error));
    return ExitCode.fault;
  }
  if (error instanceof UsageError) {
    say(error.message, `qrx help ${verb}`);
    return ExitCode.usage;
  }
  const { code, path = '/', effect } = error;
  if (effect === 'unknown') {
    say(
      `${error.message}: the change has happened, or not`,
      `qrx ${verb.startsWith('hive ') ? 'hive stat' : 'get'} ${path}`
    );
    return ExitCode.unknown;
  }
  const [reason, next] = REFUSALS[refusalOf(error, verb)] ?? [];
  if (reason === undefined) say(error.message, nextStep(error, verb));
  else say(`${path}: ${reason}`, next?.(path));
  if (code === 'NO_NODE' || code === 'ALIAS_NOT_FOUND') return ExitCode.no;
  return error.layer === 'server' ? ExitCode.refused : ExitCode.unreachable;
}

/** The next step after an error that tells its own reason. */
function nextStep({ code, layer }: CoordinationError, verb: string): string | undefined {
  if (code === 'LISTEN') return 'another --port';
  if (layer === 'server') return undefined;
  return verb === 'serve' || verb === 'proxy' ? `qrx help ${verb}` : 'qrx help connection';
}

/** A code, or a name for what it means for this operation. */
function refusalOf({ code, operation }: CoordinationError, verb: string): string {
  if (code === 'NO_NODE' && verb === 'create') return 'ORPHAN'; // the node itself is not there of course
  if (code === 'NO_NODE' && verb === 'set') return 'ABSENT';
  if (code !== 'NO_AUTH' || (operation !== 'create' && operation !== 'delete')) return code;
  // the rights to create and to delete are those of the node above, which may have been copied with it
  return verb === 'cp' || verb === 'import' ? 'CLOSED_COPY' : 'CLOSED_ABOVE';
}

/** Says that the value of a node may not be read. **Returns** the exit code. */
export function unreadable({ terminal, verb }: Call, path: string): number {
  terminal.note(visible(`qrx ${verb}: ${path}: you may not read its value. Try: qrx acl ${path}`));
  return ExitCode.refused;
}

/** Says that there is no such node, and the next step. **Returns** the exit code. */
export function missing({ terminal, verb }: Call, path: string): number {
  const next = path === '/' ? 'another place in the URL' : `qrx ls ${visible(above(path))}`;
  terminal.note(`qrx ${verb}: there is no node ${visible(path)}. Try: ${next}`);
  return ExitCode.no;
}
