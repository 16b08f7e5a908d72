import { describe, expect, it } from '@jest/globals';
import { gatewayError } from '../../../../lib/etcd/v3/protocol/gatewayError.js';
import { JsonLines } from '../../../../lib/etcd/v3/protocol/jsonLines.js';
import { heldMemory } from '../../../helpers/heldMemory.js';

describe('lines of JSON', () => {
  it('are the same, however the bytes are cut', () => {
    const body = Buffer.from('{"a":"ä"}\n{"b":2}\n\n{"c":[3]}\n{"rest"');
    for (let size = 1; size <= body.length; size++) {
      const lines = new JsonLines(100);
      const seen: unknown[] = [];
      for (let at = 0; at < body.length; at += size) lines.push(body.subarray(at, at + size), (it) => seen.push(it));
      expect(seen).toEqual([{ a: 'ä' }, { b: 2 }, { c: [3] }]);
      expect(lines.take()).toBe('{"rest"');
    }
  });

  it('are refused when one is too long, or is not JSON', () => {
    const ignore = () => {};
    expect(() => new JsonLines(5).push(Buffer.from('123456'), ignore)).toThrow(/longer than the limit of 5 bytes/);
    const lines = new JsonLines(5);
    lines.push(Buffer.from('123'), ignore);
    expect(() => lines.push(Buffer.from('456'), ignore)).toThrow(/longer/);
    new JsonLines(5).push(Buffer.from('1234\n'.repeat(100)), ignore);
    expect(() => new JsonLines(50).push(Buffer.from('<html>\n'), ignore)).toThrow(/not JSON/);
  });
});

describe('a line of JSON without end', () => {
  it('takes memory for the bytes that came, however small the pieces', () => {
    const lines = new JsonLines(2 ** 30);
    const before = heldMemory();
    for (let i = 0; i < 200; i++) {
      const chunk = Buffer.alloc(64 * 1024, 32);
      for (let at = 0; at < 5000; at++) lines.push(chunk.subarray(at, at + 1), () => {});
    }
    expect(heldMemory() - before).toBeLessThan(4 * 2 ** 20);
    expect(lines.take()).toHaveLength(1_000_000);
  });

  it('is refused at the limit, with a code of its own', () => {
    const lines = new JsonLines(1000);
    expect(() => lines.push(Buffer.alloc(1001), () => {})).toThrow(
      expect.objectContaining({ code: 'REPLY_TOO_LARGE' })
    );
  });
});

describe('an error of the gateway', () => {
  it('has the status of gRPC and the words, in each of its forms', () => {
    const found = { status: 5, words: 'no' };
    expect(gatewayError({ error: 'no', message: 'no', code: 5 })).toEqual(found);
    expect(gatewayError({ code: 5, message: 'no', details: [] })).toEqual(found);
    expect(gatewayError({ error: { grpc_code: 5, http_code: 404, message: 'no', http_status: 'x' } })).toEqual(found);
    expect(gatewayError({ error: { code: 5, message: 'no', details: [] } })).toEqual(found);
  });

  it('is not found in another answer', () => {
    for (const json of [null, 1, [], {}, { error: 5 }, { code: '5', message: 'no' }, { error: { code: 5 } }])
      expect(gatewayError(json)).toBeUndefined();
  });
});
