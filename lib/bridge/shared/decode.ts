import { BridgeError, type BridgeErrorCode, RemoteError, type RemoteErrorFacts } from './bridgeError.js';
import { DEEPEST } from './encode.js';

/** Reads the text that `encode` writes. Throws for any other text, with an error of any kind. */
export function decode(text: string): unknown {
  return unpack(JSON.parse(text), 0);
}

function unpack(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) throw new RangeError('too deep');
  if (Array.isArray(value)) return value.map((part) => unpack(part, depth + 1));
  return Object.hasOwn(value, '$') ? untagged((value as { $: [string, unknown] }).$, depth) : plain(value, depth);
}

/** In place: an own key `__proto__` stays a key. */
function plain(value: object, depth: number): object {
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(value)) parts[key] = unpack(parts[key], depth + 1);
  return value;
}

function untagged([tag, content]: readonly [string, unknown], depth: number): unknown {
  const parts = () => unpack(content, depth) as unknown[];
  switch (tag) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(content);
    case 'bigint':
      return BigInt(content as string);
    case 'bytes':
      return Uint8Array.from(atob(content as string), (unit) => unit.charCodeAt(0));
    case 'date':
      return new Date(Number(content));
    case 'map':
      return new Map(parts() as [unknown, unknown][]);
    case 'set':
      return new Set(parts());
    case 'object':
      return plain(content as object, depth);
    case 'error':
      return errorOf(content as WireError);
    default:
      throw new TypeError('no such tag');
  }
}

interface WireError extends RemoteErrorFacts {
  readonly code: string;
  readonly message?: string;
  readonly bridge?: boolean;
}

function errorOf({ code, message = '', bridge, ...facts }: WireError): RemoteError {
  return bridge ? new BridgeError(code as BridgeErrorCode, message, facts) : new RemoteError(code, message, facts);
}
