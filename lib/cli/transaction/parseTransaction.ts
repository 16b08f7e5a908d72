import { parseArgs } from 'node:util';
import { UsageError } from '../../core/errors.js';
import { pathOf } from '../command/location.js';
import { wholeNumber } from '../command/wholeNumber.js';
import { argumentsIn } from '../command/wordsOf.js';
import { OPERATIONS, type Step, lineFault } from './step.js';

/** A transaction, as its file says it. */
export interface ParsedTransaction {
  readonly steps: readonly Step[];
  /** What to do if a condition does not hold. */
  readonly otherwise?: readonly Step[];
}

/** A line, before it is checked. */
interface Draft {
  readonly do: unknown;
  readonly path?: unknown;
  readonly value?: unknown;
  readonly base64?: unknown;
  readonly version?: unknown;
  readonly absent?: unknown;
  readonly mode?: unknown;
  readonly ttl?: unknown;
  readonly recursive?: unknown;
}

const KEYS = ['do', 'path', 'value', 'base64', 'version', 'absent', 'mode', 'ttl', 'recursive'];
/** What each operation takes, besides its path. */
const TAKES: Readonly<Record<Step['do'], readonly (keyof Step)[]>> = {
  check: ['version', 'value', 'absent'],
  create: ['value', 'mode', 'ttl'],
  set: ['value', 'version'],
  put: ['value'],
  delete: ['version', 'recursive'],
  get: [],
};

/** Reads a transaction: a line for each operation, as words or as JSON. Throws a `UsageError` that names the line. */
export function parseTransaction(text: string, directory = '/'): ParsedTransaction {
  const branches: Step[][] = [[]];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const number = i + 1;
    const draft = line.trimStart().startsWith('{') ? ofJson(line, number) : ofWords(line, number);
    if (draft === undefined) continue;
    if (draft.do !== 'else') branches.at(-1)!.push(stepOf(draft, number, directory));
    else if (branches.push([]) > 2) throw lineFault(number, 'is a second else');
  }
  const [steps = [], otherwise] = branches;
  if (steps.length === 0) throw new UsageError('FILE', 'has no operation before the end, or before else');
  return otherwise === undefined ? { steps } : { steps, otherwise };
}

function ofJson(line: string, number: number): Draft {
  let draft: Draft;
  try {
    draft = JSON.parse(line) as Draft;
  } catch {
    throw lineFault(number, 'is no JSON: {"do":"set","path":"/a","value":"…"}');
  }
  const unknown = Object.keys(draft).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw lineFault(number, `has ${unknown}, which is none of ${KEYS.join(', ')}`);
  return draft;
}

/** `check /a 3`, `create /b text`, `set /a text --version 3`, `delete /c`. */
function ofWords(line: string, number: number): Draft | undefined {
  try {
    const words = argumentsIn(line);
    if (words.length === 0) return undefined;
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...({ version: { type: 'string' }, value: { type: 'string' }, mode: { type: 'string' } } as const),
        ...({
          ttl: { type: 'string' },
          absent: { type: 'boolean' },
          recursive: { type: 'boolean', short: 'r' },
        } as const),
      },
    });
    const [operation, path, third, ...others] = positionals;
    if (others.length > 0) throw new UsageError(others[0]!, 'is too much: put a value with spaces in quotes');
    const named = operation === 'check' ? 'version' : 'value';
    if (third !== undefined && values[named] !== undefined) throw new UsageError(named, 'is given twice');
    const ttl = values.ttl === undefined ? {} : { ttl: wholeNumber('--ttl', values.ttl, 1) };
    return { ...values, do: operation, path, ...(third !== undefined && { [named]: third }), ...ttl };
  } catch (error) {
    throw lineFault(number, (error as Error).message.split('. ')[0]!.replace(/^line: /, ''));
  }
}

function stepOf(draft: Draft, line: number, directory: string): Step {
  const operation = OPERATIONS.find((name) => name === draft.do);
  if (operation === undefined) throw lineFault(line, `must begin with one of ${OPERATIONS.join(', ')}, else`);
  const { path, value, base64, version, absent, mode, ttl, recursive } = draft;
  if (typeof path !== 'string' || path === '') throw lineFault(line, `names no path: ${operation} /path`);
  const given: Omit<Step, 'line' | 'do' | 'path'> = {
    value: valueOf(value, base64, line),
    version: version === undefined ? undefined : String(numberOf('version', version, line)),
    absent: flagOf('absent', absent, line),
    mode: mode === undefined ? undefined : textOf('mode', mode, line),
    ttl: ttl === undefined ? undefined : numberOf('ttl', ttl, line),
    recursive: flagOf('recursive', recursive, line),
  };
  for (const [name, it] of Object.entries(given) as [keyof Step, unknown][])
    if (it !== undefined && !TAKES[operation].includes(name)) throw lineFault(line, `${operation} takes no ${name}`);
  if ((operation === 'set' || operation === 'put') && given.value === undefined)
    throw lineFault(line, `names no value: ${operation} ${path} VALUE`);
  const step = { line, do: operation, path: pathOf(path, directory) };
  return { ...step, ...Object.fromEntries(Object.entries(given).filter(([, it]) => it !== undefined)) };
}

function valueOf(value: unknown, base64: unknown, line: number): Uint8Array | undefined {
  if (value !== undefined && base64 !== undefined) throw lineFault(line, 'has a value and base64');
  if (base64 !== undefined) return Buffer.from(textOf('base64', base64, line), 'base64');
  return value === undefined || value === null ? undefined : Buffer.from(textOf('value', value, line));
}

function numberOf(name: string, value: unknown, line: number): number {
  if (typeof value === 'string' || typeof value === 'number')
    return wholeNumber(`line ${line}: ${name}`, String(value));
  throw lineFault(line, `has a ${name} that is no number`);
}

function textOf(name: string, value: unknown, line: number): string {
  if (typeof value === 'string') return value;
  throw lineFault(line, `has a ${name} that is no text`);
}

function flagOf(name: string, value: unknown, line: number): true | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return true;
  throw lineFault(line, `has a ${name} that is neither true nor false`);
}
