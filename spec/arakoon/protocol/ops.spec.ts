import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closes, codeOf } from '../../../lib/arakoon/protocol/errorCode.js';
import * as admin from '../../../lib/arakoon/protocol/ops/admin.js';
import * as nursery from '../../../lib/arakoon/protocol/ops/nursery.js';
import * as reads from '../../../lib/arakoon/protocol/ops/reads.js';
import * as writes from '../../../lib/arakoon/protocol/ops/writes.js';
import { readReply, writeReply } from '../../../lib/arakoon/protocol/reply.js';
import { type Routing, clusterOf } from '../../../lib/arakoon/protocol/routing.js';
import type { Step } from '../../../lib/arakoon/protocol/step.js';
import { type RecordCodec, unit } from '../../../lib/arakoon/protocol/recordCodec.js';
import { WireWriter } from '../../../lib/arakoon/protocol/wireWriter.js';
import { ProtocolError } from '../../../lib/core/errors.js';
import { COMMANDS, VALUES } from './arbitraries.js';
import { OPS, decoderOf, exchanges, u32 } from './golden.js';

const LIMIT = 4096;

function written<T>(wire: RecordCodec<T>, value: T): Buffer {
  const out = new WireWriter();
  wire.write(out, value);
  return out.take();
}

function read<T>(wire: RecordCodec<T>, bytes: Uint8Array, limit = LIMIT): T | 'unfinished' {
  const input = decoderOf(bytes, limit);
  const found = input.read(() => ({ value: wire.read(input) }));
  if (found === undefined) return bytes.length === 0 ? wire.read(input) : 'unfinished';
  expect(input.left).toBe(0);
  return found.value;
}

describe('every command', () => {
  it('is there: those of pyrakoon, and what came later', () => {
    expect([...OPS.keys()].sort((a, b) => a - b)).toEqual([
      ...[
        0x01, 0x02, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
        0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
      ],
      ...[
        0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x30, 0x31, 0x32, 0x33, 0x41, 0x42, 0x43, 0x44,
        0x45,
      ],
    ]);
    expect(COMMANDS.map(([name]) => name).filter((name) => VALUES[name] === undefined)).toEqual([]);
  });

  it.each(COMMANDS)('%s reads what it has written, asked or answered', (_, op, [request, reply]) => {
    fc.assert(fc.property(request, (value) => expect(read(op.request, written(op.request, value))).toEqual(value)));
    fc.assert(fc.property(reply, (value) => expect(read(op.reply, written(op.reply, value))).toEqual(value)));
  });

  it.each(COMMANDS)(
    '%s takes damaged bytes for a value, an error, or a part of something',
    (_, op, [request, reply]) => {
      const damaged = (wire: RecordCodec<unknown>, value: unknown, at: number, byte: number, size: number) => {
        const bytes = Buffer.from(written(wire, value).subarray(0, size));
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const input = decoderOf(bytes, LIMIT);
        try {
          input.read(() => ({ value: wire.read(input) }));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      };
      const spots = [fc.nat(200), fc.nat(255), fc.nat(300)] as const;
      fc.assert(fc.property(request, ...spots, (value, ...rest) => damaged(op.request, value, ...rest)));
      fc.assert(fc.property(reply, ...spots, (value, ...rest) => damaged(op.reply, value, ...rest)));
    }
  );

  it.each(COMMANDS)('%s takes any bytes for a value, an error, or a part of something', (_, op) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, small) => {
        const input = decoderOf(small ? bytes.map((each) => each % 3) : bytes, LIMIT);
        try {
          input.read(() => readReply(input, op.reply));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      })
    );
  });

  it('says where it goes, and what may be believed when its answer is lost', () => {
    const all = [...OPS.values()];
    const named = (wanted: (op: (typeof all)[number]) => boolean) =>
      all
        .filter(wanted)
        .map(({ name }) => name)
        .sort();
    expect(named(({ kind }) => kind === 'write')).toEqual([
      'delete',
      'deletePrefix',
      'migrateRange',
      'replace',
      'sequence',
      'sequence',
      'testAndSet',
      'userFunction',
      'userHook',
    ]);
    expect(named(({ where }) => where === 'reader')).toEqual([
      'assert',
      'assertExists',
      'exists',
      'get',
      'multiGet',
      'multiGetOption',
      'prefix',
      'range',
      'rangeEntries',
      'revRangeEntries',
      'userHook',
    ]);
    for (const op of all.filter(({ where }) => where === 'reader'))
      expect(op.consistency!({ consistency: 'none' })).toBe('none');
  });
});

describe('lists', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((each) => Buffer.from(each)) as [Buffer, Buffer, Buffer];
  const order = (bytes: Buffer) => bytes.toString('latin1').replace(/[^abc]/g, '');

  it('are reversed on the wire where servers reverse them, and nowhere else', () => {
    for (const op of [reads.range, reads.prefix, reads.multiGet])
      expect([op.name, order(written(op.reply, [a, b, c]))]).toEqual([op.name, 'cba']);
    for (const op of [reads.rangeEntries, reads.revRangeEntries])
      expect([
        op.name,
        order(
          written(op.reply, [
            [a, a],
            [b, b],
          ])
        ),
      ]).toEqual([op.name, 'bbaa']);
    expect(order(written(reads.multiGetOption.reply, [a, null, c]))).toBe('ac');
    expect(
      order(
        written(nursery.getFringe.reply, [
          [a, a],
          [b, b],
        ])
      )
    ).toBe('aabb');
    expect(order(written(reads.multiGet.request, { consistency: 'none', keys: [a, b, c] }))).toBe('abc');
    expect(
      order(written(nursery.setNurseryConfig.request, { cluster: '-', nodes: { '-': { hosts: ['a', 'b'], port: 1 } } }))
    ).toBe('ba');
  });

  it('of keys that must be there go from the last to the first, so that a server finds them', () => {
    const step: Step = {
      kind: 'assertRange',
      prefix: Buffer.from('ar.'),
      keys: ['ar.a', 'ar.b', 'ar.c'].map((each) => Buffer.from(each)),
    };
    const [captured] = exchanges().filter(({ name }) => name === 'sequence_assert_range_desc');
    expect(written(writes.sequence.request, [step])).toEqual(captured!.request.subarray(4));
  });
});

describe('bombs', () => {
  /** Something within itself, so many times. */
  const nested = (times: number, head: Buffer, core: Buffer) =>
    Buffer.concat([...Array<Buffer>(times).fill(head), core]);
  const asBlob = (bytes: Buffer) => Buffer.concat([u32(bytes.length), bytes]);
  const WIDE = 2 ** 24;

  it('of sequences are refused, and what people nest is not', () => {
    const sequence = Buffer.concat([u32(5), u32(1)]);
    for (const times of [102, 100_000])
      expect(() => read(writes.sequence.request, asBlob(nested(times, sequence, u32(6))), WIDE)).toThrow(ProtocolError);
    expect(
      written(
        writes.sequence.request,
        read(writes.sequence.request, asBlob(nested(100, sequence, u32(6)))) as readonly Step[]
      )
    ).toEqual(asBlob(nested(100, sequence, u32(6))));
  });

  it('of routings are refused, and a long chain is not', () => {
    const branch = Buffer.concat([Buffer.from([0]), u32(0)]);
    const leaf = Buffer.concat([Buffer.from([1]), u32(0)]);
    for (const times of [1001, 1_000_000])
      expect(() =>
        read(
          nursery.setRouting.request,
          asBlob(Buffer.concat([nested(times, branch, leaf), ...Array<Buffer>(times).fill(leaf)])),
          WIDE
        )
      ).toThrow(ProtocolError);
    const chain = Buffer.concat([nested(1000, branch, leaf), ...Array<Buffer>(1000).fill(leaf)]);
    expect(
      written(nursery.setRouting.request, read(nursery.setRouting.request, asBlob(chain), WIDE) as Routing)
    ).toEqual(asBlob(chain));
  });

  it('of statistics are refused', () => {
    const field = Buffer.concat([u32(5), u32(0), u32(1)]);
    const core = Buffer.concat([u32(1), u32(0), u32(0)]);
    for (const times of [101, 100_000])
      expect(() => read(admin.statistics.reply, asBlob(nested(times, field, core)), WIDE)).toThrow(ProtocolError);
    expect(read(admin.statistics.reply, asBlob(nested(100, field, core)))).toMatchObject({ type: 5 });
  });

  it('of lists that claim to be long are unfinished, and cost nothing', () => {
    expect(read(reads.range.reply, u32(0x7fffffff))).toBe('unfinished');
    expect(() => read(writes.sequence.request, asBlob(Buffer.concat([u32(5), u32(0x7fffffff)])))).toThrow(
      ProtocolError
    );
  });
});

describe('what is in a string of its own', () => {
  it('fills it: neither more nor less', () => {
    const blob = written(nursery.setRouting.request, { cluster: 'left' });
    const longer = Buffer.concat([u32(blob.length - 3), blob.subarray(4), Buffer.from([0])]);
    const shorter = Buffer.concat([u32(blob.length - 5), blob.subarray(4)]);
    for (const damaged of [longer, shorter])
      expect(() => read(nursery.setRouting.request, damaged)).toThrow(ProtocolError);
  });
});

describe('answers', () => {
  it('that refuse have a message, but for one', () => {
    const out = new WireWriter();
    writeReply(out, unit, { number: 1, message: '' });
    expect(out.take()).toEqual(u32(1));
    writeReply(out, unit, { number: 4, message: 'None' });
    expect(out.take()).toEqual(Buffer.concat([u32(4), u32(4), Buffer.from('None')]));
  });

  it('have numbers that this version has never heard of, too', () =>
    expect([codeOf(77), codeOf(38)]).toEqual(['UNKNOWN', 'BAD_INPUT']));

  it('keep the connection for 0, 5, 7, 33, 38 and 128 alone', () => {
    expect(Array.from({ length: 256 }, (_, i) => i).filter((number) => !closes(number, 'x', 8))).toEqual([
      0, 5, 7, 33, 38, 128,
    ]);
  });

  it('close it for a command that is not known, which a key that is not found may look like', () => {
    expect(closes(5, '43: command not found', reads.getTxid.tag)).toBe(true);
    expect(closes(5, '43: command not found', reads.get.tag)).toBe(false);
    expect(closes(5, '43: command not found')).toBe(false);
    expect(closes(5, '24: command not found', writes.syncedSequence.tag)).toBe(false); // it could be the key of a step
  });
});

describe('clusterOf', () => {
  it('finds keys before a separator to the left, and others, the separator too, to the right', () => {
    const tree: Routing = {
      separator: Buffer.from('m'),
      left: { separator: Buffer.from('f'), left: { cluster: 'left' }, right: { cluster: 'mid' } },
      right: { cluster: 'right' },
    };
    expect(['', 'e', 'f', 'lz', 'm', 'ÿ'].map((key) => clusterOf(tree, Buffer.from(key)))).toEqual([
      'left',
      'left',
      'mid',
      'mid',
      'right',
      'right',
    ]);
  });
});
