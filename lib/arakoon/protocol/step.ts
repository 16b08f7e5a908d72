import type { PullDecoder } from '../../bytes/pullDecoder.js';
import { ProtocolError } from '../../core/errors.js';
import { bytes, option, record, reversed, text, type RecordCodec } from './recordCodec.js';
import type { WireWriter } from './wireWriter.js';

/** One change, or one condition, of a sequence. */
export type Step<K = Uint8Array, V = Uint8Array> =
  | {
      readonly kind: 'set';
      readonly key: K;
      readonly value: V;
      /** Bytes in front of the value, beside what its codec makes of it. */
      readonly prefix?: Uint8Array | undefined;
    }
  | { readonly kind: 'delete'; readonly key: K }
  | { readonly kind: 'testAndSet'; readonly key: K; readonly expected: V | null; readonly wanted: V | null }
  | { readonly kind: 'sequence'; readonly steps: readonly Step<K, V>[] }
  | { readonly kind: 'nop' }
  | { readonly kind: 'userFunction'; readonly name: string; readonly argument: Uint8Array | null }
  | { readonly kind: 'assert'; readonly key: K; readonly value: V | null }
  | { readonly kind: 'deletePrefix'; readonly prefix: K }
  | { readonly kind: 'assertExists'; readonly key: K }
  | { readonly kind: 'replace'; readonly key: K; readonly value: V | null }
  | { readonly kind: 'assertRange'; readonly prefix: K; readonly keys: readonly K[] };

type Kind = Step['kind'];
type Fields<K extends Kind> = Omit<Extract<Step, { kind: K }>, 'kind'>;

const TAGS: Readonly<Record<Kind, number>> = {
  set: 1,
  delete: 2,
  testAndSet: 3,
  sequence: 5,
  nop: 6,
  userFunction: 7,
  assert: 8,
  deletePrefix: 14,
  assertExists: 15,
  replace: 16,
  assertRange: 17,
};
const KINDS = new Map(Object.entries(TAGS).map(([kind, tag]) => [tag, kind as Kind]));
const CONTAINS_EXACTLY = 1;
/** How deep sequences may be nested, lest a peer or a caller exhaust the stack. */
export const DEEPEST_SEQUENCE = 100;
/** The message of a server, too. */
export const NO_SEQUENCE = 'should have been a sequence';

const inReverse = reversed(bytes);
const exactly: RecordCodec<readonly Uint8Array[]> = {
  write: (out, keys) => inReverse.write(out.int(CONTAINS_EXACTLY), keys),
  read(input) {
    const claim = input.int();
    if (claim !== CONTAINS_EXACTLY) throw new ProtocolError(`a claim of kind ${claim} about a range`);
    return inReverse.read(input);
  },
};

const maybe = option(bytes);
const FIELDS: { readonly [K in Exclude<Kind, 'sequence'>]: RecordCodec<Fields<K>> } = {
  set: {
    write: (out, { key, value, prefix }) => void out.bytes(key).bytes(value, prefix),
    read: (input) => ({ key: input.bytes(), value: input.bytes() }),
  },
  delete: record({ key: bytes }),
  testAndSet: record({ key: bytes, expected: maybe, wanted: maybe }),
  nop: record({}),
  userFunction: record({ name: text, argument: maybe }),
  assert: record({ key: bytes, value: maybe }),
  deletePrefix: record({ prefix: bytes }),
  assertExists: record({ key: bytes }),
  replace: record({ key: bytes, value: maybe }),
  assertRange: record({ prefix: bytes, keys: exactly }),
};

function writeStep(out: WireWriter, it: Step): void {
  out.int(TAGS[it.kind]);
  if (it.kind !== 'sequence') return (FIELDS[it.kind] as RecordCodec<Step>).write(out, it);
  out.int(it.steps.length);
  for (const each of it.steps) writeStep(out, each);
}

function readStep(input: PullDecoder, depth: number): Step {
  if (depth > DEEPEST_SEQUENCE) throw new ProtocolError(`sequences nested deeper than ${DEEPEST_SEQUENCE}`);
  const tag = input.int();
  const kind = KINDS.get(tag);
  if (kind === undefined) throw new ProtocolError(`a step of kind ${tag}`);
  if (kind === 'sequence') return { kind, steps: input.list((inner) => readStep(inner, depth + 1)) };
  return { kind, ...FIELDS[kind].read(input) } as Step;
}

/** A sequence on the wire: its steps as one step, in a string. */
export const sequenceBlob: RecordCodec<readonly Step[]> = {
  write: (out, steps) => void out.nested(() => writeStep(out, { kind: 'sequence', steps })),
  read: (input) => input.nested(stepsOf),
};

function stepsOf(input: PullDecoder): readonly Step[] {
  const it = readStep(input, 0);
  if (it.kind !== 'sequence') throw new ProtocolError(NO_SEQUENCE);
  return it.steps;
}
