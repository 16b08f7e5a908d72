import { ProtocolError } from '../../../core/errors.js';
import { type ProtoReader, WireType } from './protoReader.js';
import type { ProtoWriter } from './protoWriter.js';

/** How one kind of element is written and read, in protobuf and in the JSON of the gateway. */
export interface Kind<T> {
  readonly wireType: number;
  /** Whether numbers of a list stand in one element without tags, as proto3 writes them. */
  readonly packed: boolean;
  write(out: ProtoWriter, value: T): void;
  read(input: ProtoReader, depth: number): T;
  toJson(value: T): unknown;
  /** Throws a ProtocolError for JSON of another type. */
  fromJson(json: unknown, depth: number): T;
}

/** A field of a message: its number on the wire, its kind, and its value where the wire has none. */
export interface Field<T> {
  readonly number: number;
  readonly kind: Kind<never>;
  readonly repeated: boolean;
  /** Whether the zero value is written too, because its presence says something: of a `oneof`. */
  readonly explicit: boolean;
  readonly zero: T;
  isZero(value: never): boolean;
  /** Its name in JSON, where that is not the name here in snake case. */
  readonly jsonName?: string;
}

/** The part of a message that a field with a message inside needs. */
export interface Nestable<T> {
  write(out: ProtoWriter, value: never): void;
  read(input: ProtoReader, depth?: number): T;
  toJson(value: never): unknown;
  fromJson(json: unknown, depth?: number): T;
}

const kind = <T>(of: Kind<T>): Kind<never> => of as Kind<never>;

const BYTES = kind<Uint8Array>({
  wireType: WireType.bytes,
  packed: false,
  write: (out, value) => out.bytes(value),
  read: (input) => input.bytes(),
  toJson: (value) => Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'),
  fromJson: (json) => fromBase64(textIn(json)),
});
const TEXT = kind<string>({
  wireType: WireType.bytes,
  packed: false,
  write: (out, value) => out.text(value),
  read: (input) => input.text(),
  toJson: (value) => value,
  fromJson: textIn,
});
const BOOL = kind<boolean>({
  wireType: WireType.varint,
  packed: true,
  write: (out, value) => out.varint(value ? 1 : 0),
  read: (input) => input.bigVarint() !== 0n,
  toJson: (value) => value,
  fromJson: (json) => (typeof json === 'boolean' ? json : unexpected(json)),
});
const INT = kind<number>({
  wireType: WireType.varint,
  packed: true,
  write: (out, value) => out.varint(value),
  read: (input) => input.varint(),
  toJson: String,
  fromJson: (json) => {
    const value = typeof json === 'string' || typeof json === 'number' ? Number(json) : NaN;
    return Number.isSafeInteger(value) ? value : unexpected(json);
  },
});
const UINT32 = kind<number>({ ...(INT as unknown as Kind<number>), toJson: (value) => value });
const ID = kind<bigint>({
  wireType: WireType.varint,
  packed: true,
  write: (out, value) => out.bigVarint(value),
  read: (input) => input.bigVarint(),
  toJson: String,
  fromJson: (json) => (/^-?\d{1,20}$/.test(String(json)) ? BigInt.asUintN(64, BigInt(String(json))) : unexpected(json)),
});

/** The zero value of bytes. One for all: nobody changes it, for it has no bytes. */
const NO_BYTES = new Uint8Array(0);

function field<T>(number: number, of: Kind<never>, zero: T): Field<T> {
  return { number, kind: of, zero, repeated: false, explicit: false, isZero: (value) => value === zero };
}

/** Bytes: a key or a value. */
export function bytes(number: number): Field<Uint8Array> {
  return { ...field<Uint8Array>(number, BYTES, NO_BYTES), isZero: (value: Uint8Array) => value.length === 0 };
}
/** Text. */
export const text = (number: number): Field<string> => field(number, TEXT, '');
/** A boolean. */
export const bool = (number: number): Field<boolean> => field(number, BOOL, false);
/** A whole number that JavaScript holds exactly: a revision, a count, a TTL. One that it cannot hold is refused. */
export const int = (number: number): Field<number> => field(number, INT, 0);
/** A whole number of 32 bits, which is a number in JSON too. */
export const uint32 = (number: number): Field<number> => field(number, UINT32, 0);
/** A 64-bit identity: of a lease, a member, a cluster. They use all bits, so it is a `bigint`. */
export const id = (number: number): Field<bigint> => field(number, ID, 0n);

/** An enum by its names, in the order of their numbers from 0. A number without a name is read as the number. */
export function oneOf<const N extends readonly string[]>(number: number, ...names: N): Field<N[number]> {
  const plain = names.map((name) => name.replace('no-', 'no').replace('-', '_').toUpperCase());
  const of = kind<string>({
    wireType: WireType.varint,
    packed: true,
    write: (out, value) => out.varint(Math.max(0, names.indexOf(value))),
    read(input) {
      const value = input.varint();
      return names[value] ?? String(value);
    },
    toJson: (value) => plain[Math.max(0, names.indexOf(value))],
    fromJson: (json) =>
      typeof json === 'number' ? (names[json] ?? String(json)) : (names[plain.indexOf(textIn(json))] ?? textIn(json)),
  });
  return field<N[number]>(number, of, names[0]!);
}

/** A message inside a message; `undefined` where there is none. A function, so that messages may contain themselves. */
export function nested<T>(number: number, type: () => Nestable<T>): Field<T | undefined> {
  const of = kind<T>({
    wireType: WireType.bytes,
    packed: false,
    write: (out, value) => out.nested(() => type().write(out, value as never)),
    read: (input, depth) => input.nested(() => type().read(input, depth + 1)),
    toJson: (value) => type().toJson(value as never),
    fromJson: (json, depth) => type().fromJson(json, depth + 1),
  });
  return { ...field<T | undefined>(number, of, undefined), explicit: true };
}

/** Any number of the same, in order. */
export function list<T>(element: Field<T>): Field<readonly Exclude<T, undefined>[]> {
  return { ...element, repeated: true, zero: [], isZero: (value: readonly unknown[]) => value.length === 0 };
}

/** A field that has a name of its own in the JSON of the gateway. */
export function named<T>(jsonName: string, element: Field<T>): Field<T> {
  return { ...element, jsonName };
}

/** One of several of which only one is there: its zero value is written too. `undefined` where it is not there. */
export function choice<T>(element: Field<T>): Field<T | undefined> {
  return { ...element, explicit: true, zero: undefined };
}

/** Node passes over letters that are not of base64; the gateway refuses them, as Go does. */
function fromBase64(text: string): Buffer {
  const at = text.search(/[^A-Za-z0-9+/]/);
  if (text.length % 4 === 0 && (at < 0 || /^={1,2}$/.test(text.slice(at)))) return Buffer.from(text, 'base64');
  throw new ProtocolError(`illegal base64 data at input byte ${at < 0 ? text.length : at}`);
}

function textIn(json: unknown): string {
  return typeof json === 'string' ? json : unexpected(json);
}

function unexpected(json: unknown): never {
  throw new ProtocolError(`the gateway has answered with ${typeof json} where something else belongs`);
}
