import type { PullDecoder } from '../../bytes/pullDecoder.js';
import { ProtocolError } from '../../core/errors.js';
import { float, int, long, text, type RecordCodec } from './recordCodec.js';

/**
 * A figure of a node, or several by their names: which there are depends on the server's version. Variances of one
 * sample are NaN.
 */
export type Statistic = number | bigint | string | { readonly [name: string]: Statistic };

/** The counters and timings of a node, by its own names. */
export type Statistics = { readonly [name: string]: Statistic };

/** A figure with its name and its type, as on the wire. */
export type NamedField =
  | { readonly name: string; readonly type: 1 | 3; readonly value: number }
  | { readonly name: string; readonly type: 2; readonly value: bigint }
  | { readonly name: string; readonly type: 4; readonly value: string }
  | { readonly name: string; readonly type: 5; readonly value: readonly NamedField[] };

const SCALARS = { 1: int, 2: long, 3: float, 4: text } as unknown as Readonly<Record<number, RecordCodec<unknown>>>;
const LIST = 5;
/** How deep figures may be nested, lest a peer exhaust the stack. */
const DEEPEST = 100;

export const namedField: RecordCodec<NamedField> = {
  write(out, { name, type, value }) {
    out.int(type).text(name);
    if (type !== LIST) return SCALARS[type]!.write(out, value);
    out.int(value.length);
    for (const each of value) namedField.write(out, each);
  },
  read: (input) => readField(input, 0),
};

function readField(input: PullDecoder, depth: number): NamedField {
  if (depth > DEEPEST) throw new ProtocolError(`statistics nested deeper than ${DEEPEST}`);
  const type = input.int();
  const name = input.text();
  if (type === LIST) return { name, type, value: input.list((inner) => readField(inner, depth + 1)) };
  const scalar = SCALARS[type];
  if (scalar === undefined) throw new ProtocolError(`a statistic of type ${type}`);
  return { name, type, value: scalar.read(input) } as NamedField;
}

/** The figures below a field, by their names. */
export function statisticsOf(fields: readonly NamedField[]): Statistics {
  return Object.fromEntries(
    fields.map((field) => [field.name, field.type === LIST ? statisticsOf(field.value) : field.value])
  );
}
