import { asciiBytes } from './asciiBytes.js';
import { having } from './check.js';
import { CoordinationError, type ErrorContext, UsageError, isCoordinationError, situated } from './errors.js';
import { placeOf } from './failures.js';

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

declare module './errors.js' {
  interface KnownErrors {
    readonly codecs: ValueError;
  }
}

/**
 * Turns values into a node's bytes and back. Both ways throw a {@link ValueError} for a value that they cannot turn.
 */
export interface Codec<T> {
  /** `null` is "no data", which ZooKeeper tells from "data of no bytes". */
  encode(value: T): Uint8Array | null;
  decode(bytes: Uint8Array | null): T;
}

/** A value that its codec could not encode, or bytes that it could not decode. Nothing was sent on their account. */
export class ValueError extends CoordinationError {
  readonly layer = 'usage';
  declare readonly code: 'BAD_VALUE';
  readonly effect = 'none';

  constructor(message: string, context?: ErrorContext) {
    super('BAD_VALUE', message, context);
  }
}

/** The error of a codec, with the node and the method. */
export function valueFault(error: unknown, context: ErrorContext): CoordinationError {
  const at = placeOf(context, 'value');
  if (!isCoordinationError(error) || error.layer !== 'usage')
    return new ValueError(`${at}: the codec has failed${reason(error)}`, { ...context, cause: error });
  if (error.path === undefined) error.message = `${at}: ${error.message}`;
  return situated(error, context);
}

/** The value that a codec reads from bytes. Throws a {@link ValueError} that names the node and the method. */
export function decodedBy<T>(codec: Codec<T>, bytes: Uint8Array | null, operation: string, path: string): T {
  try {
    return codec.decode(bytes);
  } catch (error) {
    throw valueFault(error, { operation, path });
  }
}

/** The bytes that a codec makes of a value; without a codec, the value itself. Throws as {@link decodedBy} does. */
export function encodedBy(
  codec: Codec<unknown> | undefined,
  value: unknown,
  operation: string,
  path: string
): Uint8Array | null {
  if (codec === undefined) return value as Uint8Array | null;
  try {
    return codec.encode(value);
  } catch (error) {
    throw valueFault(error, { operation, path });
  }
}

/** A codec, and not its name. */
export function checkCodec<C>(argument: string, value: C): C {
  return having(argument, value, 'a codec, such as utf8, bytes or json()', ['encode', 'decode']);
}

/** The bytes as they are. */
export const bytes: Codec<Uint8Array | null> = {
  encode(value) {
    if (value === null || value instanceof Uint8Array) return value;
    throw new ValueError('bytes: the value is not a Uint8Array, nor null');
  },
  decode: (bytes) => bytes,
};

/**
 * Text. No data reads as `''`; a byte order mark is text too. Half a surrogate pair, which UTF-8 cannot hold, is
 * refused and not replaced: a value reads back as it was written.
 */
export const utf8: Codec<string> = {
  encode(value) {
    if (typeof value !== 'string') throw new ValueError('utf8: the value is not a string');
    const short = asciiBytes(value);
    if (short !== undefined) return short;
    if (/\p{Surrogate}/u.test(value)) throw new ValueError('utf8: the text contains half a surrogate pair');
    return ENCODER.encode(value);
  },
  decode(bytes) {
    if (bytes === null) return '';
    try {
      return DECODER.decode(bytes);
    } catch (cause) {
      throw new ValueError('utf8: the bytes are not UTF-8', { cause });
    }
  },
};

/** The part of the Standard Schema interface that {@link json} needs; Zod, Valibot, ArkType and others have it. */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

/** The verdict of a schema about a value. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | {
      readonly issues: ReadonlyArray<{
        readonly message: string;
        readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
      }>;
    };

/**
 * JSON. No data, and data of no bytes, is no JSON, and so a {@link ValueError}.
 *
 * Without a schema `T` is only a claim about the values that others write. With one, a read gives the result of the
 * schema. The schema must answer at once. It should not transform, because a write stores the value unchanged.
 *
 * @example
 * const settings = json(z.object({ replicas: z.number() }));
 *
 * @param schema a validator after the Standard Schema
 */
export function json<T>(schema?: StandardSchema<T>): Codec<T> {
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function')
    throw new UsageError('schema', 'must follow the Standard Schema');
  return {
    encode: (value) => utf8.encode(stringified(value)),
    decode(bytes) {
      const value = parsed(utf8.decode(bytes));
      return schema === undefined ? (value as T) : valid(schema, value);
    },
  };
}

function stringified(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new ValueError(`json: the value cannot be written${reason(cause)}`, { cause });
  }
  if (text === undefined) throw new ValueError(`json: JSON has no word for ${typeof value}`);
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (text === '') throw new ValueError('json: there is no data', { cause: error });
    // the engine quotes the data, which may be secret: only the position is kept
    const position = / at position \d+/.exec(reason(error))?.[0] ?? '';
    throw new ValueError(`json: the data is not JSON${position}`, { cause: new SyntaxError(`not JSON${position}`) });
  }
}

function valid<T>(schema: StandardSchema<T>, value: unknown): T {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {}); // its error was reported already
    throw new UsageError('schema', 'must validate at once, without a promise');
  }
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => {
    const at = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
    return at === '' ? message : `${at}: ${message}`;
  });
  throw new ValueError(`json: the schema refuses the data: ${issues.join('; ')}`, { cause: result.issues });
}

function reason(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : '';
}
