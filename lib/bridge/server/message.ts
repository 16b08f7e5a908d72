import { knownKeys } from '../../core/check.js';
import { BridgeError } from '../shared/bridgeError.js';
import { decode } from '../shared/decode.js';
import { encode } from '../shared/encode.js';

/** A value that a page adds to its line. */
export interface Addition {
  /** The page's own number for it. */
  readonly number: number;
  readonly name: string;
  readonly parameters: unknown;
  /** The tag of the state that the page has. */
  readonly tag: string | undefined;
}

/** A request of a page. */
export type Message =
  | {
      readonly kind: 'change';
      readonly line: unknown;
      readonly add: readonly Addition[];
      readonly drop: readonly number[];
    }
  | { readonly kind: 'action'; readonly name: string; readonly input: unknown };

const LARGEST = 2 ** 31 - 1;

/** Reads a request. Believes nothing of it. */
export function message(text: string): Message {
  let body: Record<string, unknown>;
  try {
    body = knownKeys('request', decode(text) as Record<string, unknown>, ['line', 'add', 'drop', 'action', 'input']);
    encode(body); // throws if it is too deep
  } catch {
    throw new BridgeError('BAD_REQUEST', 'the request is not of the form that a bridge reads');
  }
  const { line, add = [], drop = [], action, input } = body;
  if (action !== undefined) return { kind: 'action', name: word(action), input };
  return { kind: 'change', line, add: list(add).map(addition), drop: list(drop).map(numbered) };
}

function addition(part: unknown): Addition {
  const [number, asked, tag] = list(part);
  const [name, parameters] = list(asked);
  return { number: numbered(number), name: word(name), parameters, tag: tag === undefined ? tag : word(tag) };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : bad('a list');
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : bad('a string');
}

function numbered(value: unknown): number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LARGEST
    ? (value as number)
    : bad('a number');
}

function bad(wanted: string): never {
  throw new BridgeError('BAD_REQUEST', `the request has no ${wanted.slice(2)} where ${wanted} belongs`);
}
