import { describe, expect, it } from '@jest/globals';
import { closes, codeOf } from '../../../lib/arakoon/protocol/errorCode.js';
import { type AnyOp, MASK } from '../../../lib/arakoon/protocol/op.js';
import { collapseTlogs, collapsed, getDb, userHook } from '../../../lib/arakoon/protocol/ops/admin.js';
import { readPrologue, writePrologue } from '../../../lib/arakoon/protocol/prologue.js';
import { type Reply, isGood, readReply, writeReply } from '../../../lib/arakoon/protocol/reply.js';
import { bytes as string, long, option, record, unit } from '../../../lib/arakoon/protocol/recordCodec.js';
import { WireWriter } from '../../../lib/arakoon/protocol/wireWriter.js';
import { ProtocolError } from '../../../lib/core/errors.js';
import { type Exchange, decoderOf, exchanges, requestsIn } from './golden.js';
import { inPyrakoon, inWords } from './inWords.js';

const ALL = exchanges();
const PROLOGUES = ALL.filter(({ name }) => name.startsWith('prologue_'));
const isPrologue = (exchange: Exchange) =>
  PROLOGUES.includes(exchange) || exchange.name === 'max_connections_with_request';
/** What nodes ask each other: nothing for clients. */
const BETWEEN_NODES = /^last_entries/;
/** What no command is: the server did not understand it either. */
const MALFORMED = [
  'no_magic',
  'unknown_command',
  'get_bad_consistency',
  'sequence_not_a_sequence',
  'sequence_bad_tag',
  'string_negative_len',
];

const label = ({ session, seq, name }: Exchange) => `${session} ${seq}: ${name}`;
const each = (wanted: (exchange: Exchange) => boolean) =>
  ALL.filter(wanted).map((exchange) => [label(exchange), exchange] as const);

function written(write: (out: WireWriter) => void): Buffer {
  const out = new WireWriter();
  write(out);
  return out.take();
}

/** Of a long message `toEqual` would print every byte. */
const same = (actual: Uint8Array, expected: Uint8Array) =>
  expect(Buffer.compare(actual, expected) === 0 ? 'the same' : Buffer.from(actual).toString('hex', 0, 500)).toBe(
    'the same'
  );

/** What the plugin answers that was called. */
const HOOK: AnyOp = { ...userHook, reply: option(string) };

/** The answers to one request, decoded, and encoded again. */
function answers(op: AnyOp, input: ReturnType<typeof decoderOf>, out: WireWriter): Reply<unknown>[] {
  const one = (wire: AnyOp['reply']) => {
    const reply = input.read(() => readReply(input, wire))!;
    writeReply(out, wire, reply);
    return reply;
  };
  const first = one(op.reply);
  if (op.tag !== collapseTlogs.tag || !isGood(first)) return [first];
  return [first, ...Array.from({ length: first.value as number }, () => one(collapsed as AnyOp['reply']))];
}

describe('the captured requests', () => {
  it('are 364, and all are looked at', () => {
    expect(ALL).toHaveLength(364);
    expect(each((it) => it.request.length === 0).map(([name]) => name)).toEqual([
      'maxconn 1: max_connections',
      'going_down 1: going_down_on_accept',
    ]);
  });

  it.each(
    each(
      (it) => it.request.length > 0 && !isPrologue(it) && !MALFORMED.includes(it.name) && !BETWEEN_NODES.test(it.name)
    )
  )('%s is read, and written byte for byte', (_, exchange) => {
    const asked = requestsIn(exchange.request);
    same(
      written((out) => asked.forEach(({ op, request }) => op.request.write(out.int(MASK | op.tag), request))),
      exchange.request
    );
  });

  it.each(each(({ name }) => MALFORMED.includes(name)))('%s is refused', (_, exchange) =>
    expect(() => requestsIn(exchange.request)).toThrow(ProtocolError)
  );

  it.each(each(isPrologue))('%s is written so, and nothing else is taken for it', (_, exchange) => {
    const input = decoderOf(exchange.request);
    const told = ['prologue_bad_magic', 'prologue_bad_version'].includes(exchange.name);
    if (told) return expect(() => input.read(readPrologue)).toThrow(ProtocolError);
    const cluster = input.read(() => readPrologue(input))!;
    expect(cluster).toBe(exchange.name === 'prologue_wrong_cluster' ? 'nosuch' : exchange.cluster);
    return same(
      written((out) => writePrologue(out, cluster)),
      exchange.request.subarray(0, exchange.request.length - input.left)
    );
  });
});

describe('the captured replies', () => {
  const streams = (exchange: Exchange) =>
    exchange.cut || BETWEEN_NODES.test(exchange.name) || exchange.name.startsWith('pipelined');
  const single = (exchange: Exchange) =>
    exchange.request.length > 0 &&
    exchange.reply.length > 0 &&
    !isPrologue(exchange) &&
    !MALFORMED.includes(exchange.name) &&
    !streams(exchange);

  it.each(each(single))('%s says what it said, and is written byte for byte', (_, exchange) => {
    const { op } = requestsIn(exchange.request)[0]!;
    const input = decoderOf(exchange.reply);
    const out = new WireWriter();
    const replies = answers(op.tag === userHook.tag ? HOOK : op, input, out);
    same(out.take(), exchange.reply);
    expect(input.left).toBe(0);
    if (exchange.session === 'pyrakoon') return expect(inPyrakoon(op, replies)).toEqual(exchange.decoded);
    const [{ number, message = '' }] = replies as [{ number: number; message?: string }];
    expect(closes(number, message, op.tag)).toBe(exchange.closed);
    return expect(inWords(op, replies)).toEqual(exchange.decoded);
  });

  it.each(each(({ name }) => name.startsWith('pipelined')))('%s come in the order of the requests', (_, exchange) => {
    const input = decoderOf(exchange.reply);
    const out = new WireWriter();
    const replies: Reply<unknown>[] = [];
    for (const { op } of requestsIn(exchange.request)) if (input.left > 0) replies.push(...answers(op, input, out));
    same(out.take(), exchange.reply);
    expect(replies.map(({ number }) => number)).toEqual(
      exchange.name === 'pipelined_six' ? [0, 5, 0, 0, 0, 0] : [0, 32]
    );
  });

  it.each(
    each(
      ({ name, reply }) =>
        (MALFORMED.includes(name) && reply.length > 0) ||
        name.startsWith('max_connections') ||
        name === 'going_down_on_accept'
    )
  )('%s is an answer that nobody asked for, and ends the connection', (_, exchange) => {
    const input = decoderOf(exchange.reply);
    const reply = input.read(() => readReply(input, unit))!;
    expect(reply).toEqual({
      number: exchange.decoded.rc ?? 254,
      message: exchange.decoded.message ?? (reply.number === 254 ? 'too many clients' : ''),
    });
    same(
      written((out) => writeReply(out, unit, reply)),
      exchange.reply
    );
    expect(closes(reply.number, (reply as { message: string }).message, 0x7f)).toBe(true);
    expect(exchange.closed).toBe(true);
    expect(codeOf(reply.number)).not.toBe('UNKNOWN');
  });

  it.each(each(({ name }) => BETWEEN_NODES.test(name)))(
    '%s, between nodes, is a reply whose rest is for nodes',
    (_, exchange) => {
      const input = decoderOf(exchange.reply);
      expect(input.read(() => readReply(input, unit))).toEqual({ number: 0, value: undefined });
      const asked = record<{ from: bigint }>({ from: long });
      const request = decoderOf(exchange.request.subarray(4));
      same(
        written((out) =>
          asked.write(
            out,
            request.read(() => asked.read(request))!
          )
        ),
        exchange.request.subarray(4)
      );
    }
  );

  it('getDb says how long the file is that follows, which comes as it is', () => {
    const exchange = ALL.find(({ name }) => name === 'slave_get_db')!;
    const input = decoderOf(exchange.reply);
    const reply = input.read(() => readReply(input, getDb.reply))!;
    expect(reply).toEqual({ number: 0, value: 268032n });
    const file = input.some(1000);
    expect(file.toString('latin1', 0, 16)).toBe('ToKyO CaBiNeT\n1.');
    same(Buffer.concat([written((out) => writeReply(out, getDb.reply, reply)), file]), exchange.reply);
  });

  it('the refusal of too long a sequence is read as far as it was kept, and is that of the captured text', () => {
    const exchange = ALL.find(({ name }) => name === 'seq_33MiB')!;
    expect(exchange.request).toHaveLength(34_603_201);
    const whole = written((out) => writeReply(out, unit, { number: 38, message: exchange.decoded.message! }));
    same(whole.subarray(0, exchange.reply.length), exchange.reply);
    const input = decoderOf(exchange.reply);
    expect(input.read(() => readReply(input, unit))).toBeUndefined();
    input.push(whole.subarray(exchange.reply.length));
    expect(input.read(() => readReply(input, unit))).toEqual({ number: 38, message: exchange.decoded.message });
  });

  it.each(each(({ reply, cut }) => reply.length > 0 && !cut))(
    '%s, cut anywhere, is not there until all of it is',
    (_, exchange) => {
      const { reply } = exchange;
      const ops =
        exchange.request.length === 0 ||
        isPrologue(exchange) ||
        MALFORMED.includes(exchange.name) ||
        BETWEEN_NODES.test(exchange.name)
          ? []
          : requestsIn(exchange.request);
      const wire = ops[0]?.op.reply ?? unit;
      const whole = decoderOf(reply);
      const expected = whole.read(() => readReply(whole, wire));
      const size = reply.length - whole.left;
      for (let at = 1; at < size; at += size > 500 ? 37 : 1) {
        const input = decoderOf(Buffer.from(reply.subarray(0, at)));
        expect(input.read(() => readReply(input, wire))).toBeUndefined();
        input.rest();
        input.push(reply.subarray(at));
        expect(input.read(() => readReply(input, wire))).toEqual(expected);
      }
    }
  );
});
