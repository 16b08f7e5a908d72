import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProxyRules } from '../../../lib/testing/proxy/proxyRules.js';

describe('the rules of a direction', () => {
  let rules: ProxyRules;
  let called: string[];
  const note = (name: string) => () => void called.push(name);
  beforeEach(() => {
    rules = new ProxyRules();
    called = [];
  });

  it('let bytes go up to the nearest mark, and call back once when it is reached', () => {
    rules.mark(5, note('five'));
    rules.mark(3, note('three'));
    expect(rules.allowance).toBe(3);
    rules.bytes += 3;
    rules.reach(false);
    expect([called, rules.allowance]).toEqual([['three'], 2]);
    rules.bytes += 2;
    rules.reach(false);
    rules.reach(true);
    expect([called, rules.allowance]).toEqual([['three', 'five'], Infinity]);
  });

  it('wait for a byte that wants to go, when none is to go', () => {
    rules.mark(0, note('none'));
    rules.reach(false);
    expect([called, rules.allowance]).toEqual([[], 0]);
    rules.reach(true);
    expect([called, rules.allowance]).toEqual([['none'], Infinity]);
  });

  it('forget a mark that is taken back', () => {
    rules.mark(2, note('two'))();
    rules.bytes += 2;
    rules.reach(true);
    expect(called).toEqual([]);
  });

  it('keep latency within the jitter, both ways, and not below nothing', () => {
    Object.assign(rules, { delay: 100, jitter: 20 });
    expect([0, 0.5, 1].map((n) => rules.latency(() => n))).toEqual([80, 100, 120]);
    Object.assign(rules, { delay: 5 });
    expect(rules.latency(() => 0)).toBe(0);
  });
});
