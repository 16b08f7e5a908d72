import { BridgeError, RemoteError, type RemoteErrorFacts } from './bridgeError.js';

/** Reads the text that `encode` writes. Throws for any other text, with an error of any kind. */
export function decode(text: string): unknown {
  return unpack(JSON.parse(text));
}

function unpack(value: unknown): unknown {
  if (typeof value === 'string' && value[0] === '~') return untagged(value, value.slice(2));
  if (!value || typeof value !== 'object') return value;
  const parts = value as Record<string, unknown>;
  const tag = parts[0];
  for (const key of Object.keys(value)) parts[key] = unpack(parts[key]); // an own key `__proto__` stays a key
  const list = value as unknown[];
  if (tag === '~m') return new Map(list.slice(1) as [unknown, unknown][]);
  if (tag === '~s') return new Set(list.slice(1));
  if (tag !== '~e') return value;
  const { code = 'FAILED', message, bridge, ...facts } = list[1] as WireError;
  return new (bridge ? BridgeError : RemoteError)(code, message!, facts);
}

interface WireError extends RemoteErrorFacts {
  readonly code?: string;
  readonly message?: string;
  readonly bridge?: boolean;
}

function untagged(text: string, content: string): unknown {
  switch (text[1]) {
    case '~':
      return text.slice(1);
    case 'f':
      return +content;
    case 'i':
      return BigInt(content);
    case 'b':
      return Uint8Array.from(atob(content), (unit) => unit.charCodeAt(0));
    case 'd':
      return new Date(+content);
    default:
      return undefined; // also the tag of a list
  }
}
