import type { PullDecoder } from '../../bytes/pullDecoder.js';
import type { WireWriter } from './wireWriter.js';

/** How a value is written and read. Both ways, so that a server can be made of the same words as a client. */
export interface RecordCodec<T> {
  write(out: WireWriter, value: T): void;
  read(input: PullDecoder): T;
}

export const unit: RecordCodec<void> = { write: () => undefined, read: () => undefined };
export const int: RecordCodec<number> = { write: (out, value) => void out.int(value), read: (input) => input.int() };
export const long: RecordCodec<bigint> = { write: (out, value) => void out.long(value), read: (input) => input.long() };
export const float: RecordCodec<number> = {
  write: (out, value) => void out.float(value),
  read: (input) => input.float(),
};
export const bool: RecordCodec<boolean> = {
  write: (out, value) => void out.bool(value),
  read: (input) => input.bool(),
};
/** A string as bytes: keys and values, which may be anything. */
export const bytes: RecordCodec<Uint8Array> = {
  write: (out, value) => void out.bytes(value),
  read: (input) => input.bytes(),
};
/** A string as text: names, and messages of the server. */
export const text: RecordCodec<string> = { write: (out, value) => void out.text(value), read: (input) => input.text() };

/** Something, or nothing. */
export function option<T>(some: RecordCodec<T>): RecordCodec<T | null> {
  return {
    write(out, value) {
      out.bool(value !== null);
      if (value !== null) some.write(out, value);
    },
    read: (input) => (input.bool() ? some.read(input) : null),
  };
}

/** Items in the order in which they are on the wire. */
export function list<T>(item: RecordCodec<T>): RecordCodec<readonly T[]> {
  const one = (input: PullDecoder) => item.read(input);
  return {
    write(out, values) {
      out.int(values.length);
      for (const value of values) item.write(out, value);
    },
    read: (input) => input.list(one),
  };
}

/** Items whose order on the wire is the reverse of that which is meant: how OCaml comes to write most of its lists. */
export function reversed<T>(item: RecordCodec<T>): RecordCodec<readonly T[]> {
  const { write, read } = list(item);
  return { write: (out, values) => write(out, values.toReversed()), read: (input) => read(input).toReversed() };
}

/** Two, one after the other. */
export function pair<A, B>(first: RecordCodec<A>, second: RecordCodec<B>): RecordCodec<readonly [A, B]> {
  return {
    write(out, value) {
      first.write(out, value[0]);
      second.write(out, value[1]);
    },
    read: (input) => [first.read(input), second.read(input)],
  };
}

/** Several, one after the other, with names. The order of the keys is that on the wire. */
export function record<T extends object>(fields: { readonly [K in keyof T]: RecordCodec<T[K]> }): RecordCodec<T> {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    write(out, value) {
      for (const name of names) fields[name].write(out, value[name]);
    },
    read(input) {
      const value = {} as T;
      for (const name of names) value[name] = fields[name].read(input);
      return value;
    },
  };
}

/** A record inside a string: with the number of its bytes before it. */
export function blob<T>(inner: RecordCodec<T>): RecordCodec<T> {
  const one = (input: PullDecoder) => inner.read(input);
  return { write: (out, value) => void out.nested(() => inner.write(out, value)), read: (input) => input.nested(one) };
}
