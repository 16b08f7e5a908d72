import { UsageError } from './errors.js';

const ENCODER = new TextEncoder();
const LONGEST_TIMER = 2 ** 31 - 1; // Node fires a longer one at once
/**
 * Most paths: ASCII, with no component that begins with a dot. The engine checks it several times faster than a loop
 * does.
 */
const PLAIN = /^(?:\/[0-9A-Za-z_-][ -.0-~]*)+$/;
const DOT = 0x2e;
const SLASH = 0x2f;

/** A whole number between `min` and `max`, both included. */
export function integer(argument: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new UsageError(argument, `must be an integer from ${min} to ${max}, not ${show(value)}`);
}

/** Milliseconds that a timer can wait for: above 0, below 2^31. */
export function duration(argument: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= LONGEST_TIMER) return value; // NaN is neither
  throw new UsageError(argument, `must be milliseconds, above 0 and at most ${LONGEST_TIMER}, not ${show(value)}`);
}

/** Milliseconds to wait for something: as {@link duration}, or 0, which does not wait. */
export function patience(argument: string, value: unknown): number {
  if (value === 0 || (typeof value === 'number' && value > 0 && value <= LONGEST_TIMER)) return value;
  throw new UsageError(argument, `must be milliseconds, 0 or above, not ${show(value)}`);
}

/** Bytes: a `Uint8Array`, and so a `Buffer` too. They may be secret, so the message never shows the value. */
export function bytes(argument: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new UsageError(argument, `must be a Uint8Array, not ${kindOf(value)}`);
}

/** Bytes, or text that stands for its bytes in UTF-8: a password, a credential. The message never shows the value. */
export function credential(argument: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return ENCODER.encode(value);
  throw new UsageError(argument, `must be a string or a Uint8Array, not ${kindOf(value)}`);
}

/** Text that may be secret: the message never shows the value. */
export function text(argument: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new UsageError(argument, `must be a string, not ${kindOf(value)}`);
}

/** A boolean. */
export function flag(argument: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new UsageError(argument, `must be true or false, not ${kindOf(value)}`);
}

/** One of a short list of words. */
export function oneOf<const T extends string>(argument: string, value: unknown, choices: readonly T[]): T {
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw new UsageError(argument, `must be one of ${choices.map(show).join(', ')}, not ${show(value)}`);
}

/** An array. The caller checks its items. */
export function array<T>(argument: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value as readonly T[];
  throw new UsageError(argument, `must be an array, not ${kindOf(value)}`);
}

/** A function. */
export function callable<F extends (...args: never) => unknown>(argument: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new UsageError(argument, `must be a function, not ${kindOf(value)}`);
}

/**
 * A source of numbers from 0 up to, not including, 1, which is held to that: with others, waits would be none, and
 * servers not found.
 */
export function fractions(argument: string, random: () => number): () => number {
  callable(argument, random);
  return () => {
    let drawn: unknown;
    try {
      drawn = random();
    } catch (cause) {
      throw new UsageError(argument, `throws${cause instanceof Error ? `: ${cause.message}` : ''}`, { cause });
    }
    if (typeof drawn === 'number' && drawn >= 0 && drawn < 1) return drawn;
    throw new UsageError(argument, `must give numbers from 0 up to, not including, 1, not ${show(drawn)}`);
  };
}

/** An object with these methods, such as a codec, a scheduler or an `AbortSignal`. */
export function having<T>(argument: string, value: T, what: string, methods: readonly string[]): T {
  if (typeof value === 'object' || typeof value === 'function') {
    if (value !== null && methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'))
      return value;
  }
  throw new UsageError(argument, `must be ${what}, not ${kindOf(value)}`);
}

/** A signal that ends something. */
export function abortSignal(argument: string, value: AbortSignal): AbortSignal {
  return having(argument, value, 'an AbortSignal', ['addEventListener', 'removeEventListener']);
}

/** A clock and its timers. */
export function clock<S extends object>(argument: string, value: S): S {
  return having(argument, value, 'a scheduler of RxJS', ['now', 'schedule']);
}

/** Whether this may hold options. {@link knownKeys} refuses all other values. */
export function holdsOptions(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object that may hold options, of which others will check the keys. */
export function optionsObject<T extends object>(argument: string, value: T): T {
  if (holdsOptions(value)) return value;
  throw new UsageError(argument, `must be an object, not ${kindOf(value)}`);
}

/**
 * An object whose keys are all among `keys`. A misspelt option would otherwise mean its default. The value may hold
 * secrets, so the message never shows it.
 */
export function knownKeys<T extends object>(argument: string, value: T, keys: readonly string[]): T {
  for (const key in optionsObject(argument, value)) {
    if (!keys.includes(key) && Object.hasOwn(value, key))
      throw new UsageError(`${argument}.${key}`, `is not known; there is ${keys.join(', ')}`);
  }
  return value;
}

/**
 * The fault of a znode's path, or `undefined`. Here, and not with ZooKeeper's own words, because a connect string may
 * end in one.
 *
 * Servers look the parent up before they look at the path, and so call most bad paths `NO_NODE`.
 *
 * @param prefix whether the server will append a number, so that anything may stand after the last slash
 */
export function pathFault(path: string, prefix = false): string | undefined {
  if (typeof path === 'string' && PLAIN.test(path)) return undefined;
  if (typeof path !== 'string') return `must be a string, not ${show(path)}`;
  if (path.charCodeAt(0) !== SLASH) return path === '' ? 'must not be empty' : "must start with '/'";
  const end = path.length;
  if (end === 1) return undefined;
  let start = 1; // of the component under way
  for (let i = 1; i < end; i++) {
    const unit = path.charCodeAt(i);
    if (unit === SLASH) {
      if (i - start <= 2 && isReserved(path, start, i)) return componentFault(path, start, i);
      start = i + 1;
    } else if (
      unit < 0x20 ||
      (unit >= 0x7f && (unit <= 0x9f || (unit >= 0xd800 && (unit <= 0xf8ff || unit >= 0xfff0))))
    ) {
      return unitFault(unit, i);
    }
  }
  if (prefix || end - start > 2 || !isReserved(path, start, end)) return undefined;
  return start === end ? "must not end with '/'" : componentFault(path, start, end);
}

/** Whether a component of at most two units is empty, `.` or `..`. */
function isReserved(path: string, start: number, end: number): boolean {
  return start === end || (path.charCodeAt(start) === DOT && path.charCodeAt(end - 1) === DOT);
}

function componentFault(path: string, start: number, end: number): string {
  return start === end
    ? `must not have an empty component, as at ${start}`
    : `must not have '${path.slice(start, end)}' as a component, as at ${start}`;
}

function unitFault(unit: number, at: number): string {
  const hex = unit.toString(16).toUpperCase().padStart(4, '0');
  const why =
    unit >= 0xd800 && unit <= 0xdfff
      ? ' (servers take no character outside the BMP, such as an emoji, and no half of one)'
      : '';
  return `must not contain U+${hex}, as at ${at}${why}`;
}

/** The value itself, where it is never a secret: a number out of range, a word that is not on the list, a path. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 80 ? `${JSON.stringify(value.slice(0, 80))}…` : JSON.stringify(value);
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
      return String(value);
    default:
      return kindOf(value);
  }
}

/** The kind of a value, without its text: that could be a secret, or huge, or throw. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
