import { ProtocolError } from '../../../core/errors.js';
import type { Field, Nestable } from './fields.js';
import { ProtoReader, WireType, broken } from './protoReader.js';
import { ProtoWriter } from './protoWriter.js';

/** Messages inside messages: more are refused, so that no peer can exhaust the stack. etcd's transactions nest too. */
const DEEPEST = 64;

type Fields = Readonly<Record<string, Field<unknown>>>;
/** The value of a message as it is read: every field is there. */
export type ValueOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };
/** A value to write: fields may be left out, in nested messages too. */
export type Draft<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : T extends object
      ? { readonly [K in keyof T]?: Draft<T[K]> | undefined }
      : T;

/** A message, as a table of its fields. One table writes and reads it, so a server can be made of it as well. */
export interface Message<T> extends Nestable<T> {
  write(out: ProtoWriter, value: Draft<T>): void;
  read(input: ProtoReader, depth?: number): T;
  /** As the gateway writes it: without fields that have their zero value. */
  toJson(value: Draft<T>): Record<string, unknown>;
  /**
   * Fields that the JSON does not have get their zero value. Unknown fields are passed over. Names in camel case are
   * taken too.
   */
  fromJson(json: unknown, depth?: number): T;
}

/** A message with these fields. */
export function message<F extends Fields>(fields: F): Message<ValueOf<F>> {
  const table = Object.entries(fields);
  const byNumber: (readonly [name: string, field: Field<unknown>] | undefined)[] = [];
  for (const entry of table) byNumber[entry[1].number] = entry;
  const empty = Object.fromEntries(table.map(([name, { zero }]) => [name, zero]));
  return {
    write(out, value) {
      for (const [name, field] of table) {
        const it = (value as Record<string, unknown>)[name];
        if (it !== undefined) writeField(out, field, it as never);
      }
    },
    read(input, depth = 0) {
      if (depth > DEEPEST) throw broken(`messages are nested deeper than ${DEEPEST}`);
      const value: Record<string, unknown> = { ...empty };
      while (input.more) {
        const tag = input.varint();
        const entry = byNumber[Math.floor(tag / 8)];
        if (entry === undefined) input.skip(tag % 8);
        else readField(input, tag % 8, entry, value, depth);
      }
      return value as ValueOf<F>;
    },
    toJson(value) {
      const json: Record<string, unknown> = {};
      for (const [name, { kind, repeated, explicit, isZero, jsonName = snakeCase(name) }] of table) {
        const it = (value as Record<string, unknown>)[name] as never;
        if (it === undefined || (isZero(it) && (repeated || !explicit))) continue;
        json[jsonName] = repeated ? (it as never[]).map((one) => kind.toJson(one)) : kind.toJson(it);
      }
      return json;
    },
    fromJson(json, depth = 0) {
      if (depth > DEEPEST) throw broken(`messages are nested deeper than ${DEEPEST}`);
      if (typeof json !== 'object' || json === null || Array.isArray(json))
        throw new ProtocolError('the gateway has answered without an object');
      const value: Record<string, unknown> = { ...empty };
      for (const [name, { kind, repeated, jsonName = snakeCase(name) }] of table) {
        const it = (json as Record<string, unknown>)[jsonName] ?? (json as Record<string, unknown>)[name];
        if (it === undefined || it === null) continue;
        if (repeated && !Array.isArray(it))
          throw new ProtocolError(`the gateway has answered ${jsonName} without a list`);
        value[name] = repeated
          ? (it as unknown[]).map((one) => kind.fromJson(one, depth) as unknown)
          : kind.fromJson(it, depth);
      }
      return value as ValueOf<F>;
    },
  };
}

/** The bytes of a message, after `head` bytes that are left free. Large values are parts of it, and not copied. */
export function encodeInPieces<T>(type: Message<T>, value: Draft<T>, head = 0): Buffer[] {
  const out = new ProtoWriter(head);
  type.write(out, value);
  return out.finish();
}

/** The bytes of a message, after `head` bytes that are left free. */
export function encode<T>(type: Message<T>, value: Draft<T>, head = 0): Buffer {
  const pieces = encodeInPieces(type, value, head);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** The value of a message. Throws a ProtocolError when the bytes break a rule. */
export function decode<T>(type: Message<T>, bytes: Buffer): T {
  return type.read(new ProtoReader(bytes));
}

function writeField(out: ProtoWriter, field: Field<unknown>, value: never): void {
  const { number, kind, repeated, explicit } = field;
  if (!explicit && field.isZero(value)) return;
  if (!repeated) {
    out.varint(number * 8 + kind.wireType);
    return kind.write(out, value);
  }
  const all = value as readonly never[];
  if (kind.packed && all.length > 0) {
    out.varint(number * 8 + WireType.bytes);
    return out.nested(() => all.forEach((one) => kind.write(out, one)));
  }
  for (const one of all) {
    out.varint(number * 8 + kind.wireType);
    kind.write(out, one);
  }
}

function readField(
  input: ProtoReader,
  wireType: number,
  [name, { kind, repeated }]: readonly [string, Field<unknown>],
  value: Record<string, unknown>,
  depth: number
): void {
  const isPacked = repeated && kind.packed && wireType === WireType.bytes;
  if (wireType !== kind.wireType && !isPacked) throw broken(`the field ${name} has the wire type ${wireType}`);
  if (!repeated) {
    value[name] = kind.read(input, depth);
    return;
  }
  let all = value[name] as unknown[];
  if (all.length === 0) value[name] = all = []; // the empty one is everybody's
  if (!isPacked) all.push(kind.read(input, depth));
  else
    input.nested(() => {
      while (input.more) all.push(kind.read(input, depth));
    });
}

/** `createRevision` as `create_revision`. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
