import { describe, expect, it } from '@jest/globals';
import type { AnyOp } from '../../../lib/zookeeper/protocol/op.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { PassedChecks } from '../../../lib/zookeeper/session/passedChecks.js';

/** An operation that takes no request which begins with `bad`, and notes what it has checked. */
const checking = (bad: string) => {
  const seen: unknown[] = [];
  const check = (request: unknown) => {
    seen.push(request);
    if (String(request).startsWith(bad)) throw new Error(`bad: ${String(request).slice(0, 10)}`);
  };
  return { op: { ...(getData as unknown as AnyOp), check }, seen };
};

describe('PassedChecks', () => {
  it('checks a path once while it is asked for again', () => {
    const passed = new PassedChecks();
    const { op, seen } = checking('!');
    for (let i = 0; i < 3; i++) for (const path of ['/a', '/b']) passed.pass(op, path);
    expect(seen).toEqual(['/a', '/b']);
  });

  it('refuses a bad path each time', () => {
    const passed = new PassedChecks();
    const { op } = checking('!');
    for (let i = 0; i < 3; i++) expect(() => passed.pass(op, '!a')).toThrow('bad: !a');
  });

  it('checks for each operation by itself', () => {
    const passed = new PassedChecks();
    passed.pass(checking('!').op, '/a');
    expect(() => passed.pass(checking('/').op, '/a')).toThrow('bad: /a');
  });

  it('checks everything else each time: objects change, and long texts are not kept', () => {
    const passed = new PassedChecks();
    const { op, seen } = checking('!');
    const request = { toString: () => '/a' };
    const long = `/${'a'.repeat(256)}`;
    for (const each of [request, request, long, long, undefined, undefined]) passed.pass(op, each);
    expect(seen).toEqual([request, request, long, long, undefined, undefined]);
  });

  it('takes texts of any length, empty ones too', () => {
    const passed = new PassedChecks();
    const { op, seen } = checking('!');
    for (const text of ['', '', 'a', 'a', 'ab', 'ab']) passed.pass(op, text);
    expect([...new Set(seen)]).toEqual(['', 'a', 'ab']);
  });
});
