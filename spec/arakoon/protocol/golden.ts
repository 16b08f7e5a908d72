import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as admin from '../../../lib/arakoon/protocol/ops/admin.js';
import * as nursery from '../../../lib/arakoon/protocol/ops/nursery.js';
import * as reads from '../../../lib/arakoon/protocol/ops/reads.js';
import * as writes from '../../../lib/arakoon/protocol/ops/writes.js';
import { type AnyOp, MASK } from '../../../lib/arakoon/protocol/op.js';
import { ProtocolError } from '../../../lib/core/errors.js';
import { PullDecoder } from '../../../lib/bytes/pullDecoder.js';

/** What a client and a real server said to each other: Arakoon 1.9.25. */
export interface Exchange {
  readonly session: string;
  readonly seq: number;
  readonly name: string;
  readonly cluster: string;
  /** Empty: the server spoke first. */
  readonly request: Buffer;
  readonly reply: Buffer;
  /** The same in words, by another decoder; lists in the order of the wire. */
  readonly decoded: Decoded;
  /** Whether the server, or pyrakoon, closed the connection then. */
  readonly closed: boolean;
  /** Whether the reply has times, ids, or what else is another every time. */
  readonly volatile: boolean;
  /** Whether it has a connection of its own. */
  readonly fresh: boolean;
  /** Whether only the beginning of the reply was kept. */
  readonly cut: boolean;
}

export interface Decoded {
  readonly rc?: number;
  readonly value?: unknown;
  readonly message?: string;
  /** As pyrakoon gave it to its caller. */
  readonly result?: unknown;
  readonly error?: string;
}

type LongRequest = { readonly head: string; readonly length: number } & (
  { readonly fill: string; readonly tail: string } | { readonly sets: number; readonly size: number }
);

const FILE = join(__dirname, '../../fixtures/arakoon/golden.jsonl');

/** All of them, in the order in which they took place. */
export function exchanges(): Exchange[] {
  const lines = readFileSync(FILE, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const raw = JSON.parse(line) as Omit<Exchange, 'request' | 'reply'> & {
      readonly request: string | LongRequest;
      readonly reply: string;
    };
    const { closed = false, volatile = false, fresh = false, cut = false } = raw;
    return {
      ...raw,
      closed,
      volatile,
      fresh,
      cut,
      request: requestOf(raw.request),
      reply: Buffer.from(raw.reply, 'hex'),
    };
  });
}

/** Long requests are not kept as they are. */
function requestOf(request: string | LongRequest): Buffer {
  if (typeof request === 'string') return Buffer.from(request, 'hex');
  const head = Buffer.from(request.head, 'hex');
  if ('sets' in request)
    return Buffer.concat([
      head,
      u32(request.sets),
      ...Array.from({ length: request.sets }, (_, i) => setStep(`big${i}`, Buffer.alloc(request.size, 'x'))),
    ]);
  const tail = Buffer.from(request.tail, 'hex');
  return Buffer.concat([head, Buffer.alloc(request.length - head.length - tail.length, request.fill, 'hex'), tail]);
}

function setStep(key: string, value: Buffer): Buffer {
  return Buffer.concat([u32(1), u32(key.length), Buffer.from(key), u32(value.length), value]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Every command, by its number. */
export const OPS: ReadonlyMap<number, AnyOp> = new Map(
  Object.values<unknown>({ ...reads, ...writes, ...admin, ...nursery })
    .filter((value): value is AnyOp => typeof value === 'object' && value !== null && 'tag' in value)
    .map((op) => [op.tag, op])
);

export const LIMIT = 64 * 1024 * 1024;

/** A decoder to which these bytes have come. */
export function decoderOf(bytes: Uint8Array, limit = LIMIT): PullDecoder {
  const decoder = new PullDecoder(limit);
  decoder.push(bytes);
  return decoder;
}

/** A command word; `undefined` for a number that is no command. */
export function readOp(input: PullDecoder): AnyOp | undefined {
  const word = input.int() >>> 0;
  if ((word & 0xffff0000) >>> 0 !== MASK) throw new ProtocolError('not a command');
  return OPS.get(word & 0xffff);
}

export interface Asked {
  readonly op: AnyOp;
  readonly request: unknown;
}

/** The requests in what a client sent, up to where it means nothing. */
export function requestsIn(bytes: Uint8Array): Asked[] {
  const input = decoderOf(bytes);
  const found: Asked[] = [];
  while (input.left > 0) {
    const asked = input.read(() => {
      const op = readOp(input);
      if (op === undefined) throw new ProtocolError('an unknown command');
      return { op, request: op.request.read(input) };
    });
    if (asked === undefined) throw new ProtocolError(`${input.left} bytes are no whole request`);
    found.push(asked);
  }
  return found;
}
