import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Routing } from '../../../../lib/arakoon/protocol/routing.js';
import type { Step } from '../../../../lib/arakoon/protocol/step.js';
import { changeRouting } from '../../../../lib/testing/arakoon/store/changeRouting.js';
import { bytesOf, keyOf } from '../../../../lib/testing/host/keyOf.js';
import { KeyTable } from '../../../../lib/testing/arakoon/store/keyTable.js';
import { stepText } from '../../../../lib/testing/arakoon/store/stepText.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('KeyTable', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '\xff', '\0'), maxLength: 3 });

  it('has the keys in the order of their bytes', () => {
    const table = new KeyTable();
    for (const each of ['b', '\xff', 'a', '\x80', '', 'ab']) table.put(each, bytes('x'));
    expect(table.between(null, true, null, true)).toEqual(['', 'a', 'ab', 'b', '\x80', '\xff']);
    expect(bytesOf(keyOf(Buffer.from([0, 127, 128, 255])))).toEqual(Buffer.from([0, 127, 128, 255]));
  });

  it('finds what a list that is sorted and searched from end to end would find', () => {
    const edits = fc.array(fc.tuple(key, fc.boolean()), { maxLength: 30 });
    const bound = fc.option(key);
    fc.assert(
      fc.property(
        edits,
        bound,
        fc.boolean(),
        bound,
        fc.boolean(),
        key,
        (all, low, lowInclusive, high, highInclusive, prefix) => {
          const table = new KeyTable();
          const model = new Set<string>();
          for (const [each, there] of all) {
            table.put(each, there ? bytes(each) : undefined);
            model[there ? 'add' : 'delete'](each);
          }
          const sorted = [...model].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
          expect(table.size).toBe(model.size);
          expect(table.withPrefix(prefix)).toEqual(sorted.filter((each) => each.startsWith(prefix)));
          const above = (each: string) => low === null || each > low || (lowInclusive && each === low);
          const below = (each: string) => high === null || each < high || (highInclusive && each === high);
          expect(table.between(low, lowInclusive, high, highInclusive)).toEqual(
            sorted.filter((each) => above(each) && below(each))
          );
          for (const each of sorted) expect(table.get(each)).toEqual(bytes(each));
        }
      )
    );
  });
});

describe('changeRouting', () => {
  const branch = (left: Routing, separator: string, right: Routing): Routing => ({
    left,
    separator: bytes(separator),
    right,
  });
  const leaf = (cluster: string): Routing => ({ cluster });
  const change = (tree: Routing, left: string, separator: string, right: string) =>
    changeRouting(tree, left, bytes(separator), right);

  it('brings in a cluster to the right of one that was alone', () => {
    expect(change(leaf('left'), 'left', 'k', 'right')).toEqual(branch(leaf('left'), 'k', leaf('right')));
  });

  it('moves the separator between neighbours, wherever in the tree they meet', () => {
    const tree = branch(branch(leaf('a'), 'f', leaf('b')), 'm', branch(leaf('c'), 't', leaf('d')));
    expect(change(tree, 'b', 'n', 'c')).toEqual(
      branch(branch(leaf('a'), 'f', leaf('b')), 'n', branch(leaf('c'), 't', leaf('d')))
    );
    expect(change(tree, 'c', 's', 'd')).toEqual(
      branch(branch(leaf('a'), 'f', leaf('b')), 'm', branch(leaf('c'), 's', leaf('d')))
    );
  });

  it('leaves out a cluster to which no key is left', () => {
    const tree = branch(branch(leaf('a'), 'f', leaf('b')), 'm', leaf('c'));
    expect(change(tree, 'a', 'm', 'b')).toEqual(branch(leaf('a'), 'm', leaf('c')));
  });

  it('does not bring in two at once', () => expect(change(leaf('a'), 'b', 'k', 'c')).toBeUndefined());
});

describe('stepText', () => {
  const [key, value] = [bytes('a"\n\xff'), bytes('value')];

  it.each<readonly [string, Step]>([
    ['Set            ;"a\\"\\n\\255";5;"..."', { kind: 'set', key, value }],
    ['Delete         ;"a\\"\\n\\255"', { kind: 'delete', key }],
    ['TestAndSet     ;"a\\"\\n\\255";0;"None"', { kind: 'testAndSet', key, expected: value, wanted: null }],
    ['Assert          ;"a\\"\\n\\255";5', { kind: 'assert', key, value }],
    [
      'Assert_range("p", ContainsExactly [ "p1; p2" ])',
      { kind: 'assertRange', prefix: bytes('p'), keys: [bytes('p1'), bytes('p2')] },
    ],
    [
      'Sequence([NOP; Sequence([])... (0 more) ])',
      { kind: 'sequence', steps: [{ kind: 'nop' }, { kind: 'sequence', steps: [] }] },
    ],
  ])('says %s', (text, step) => expect(stepText(step)).toBe(text));

  it('says how many more there are', () => {
    const steps = Array.from({ length: 102 }, () => ({ kind: 'nop' }) as const);
    expect(stepText({ kind: 'sequence', steps })).toMatch(/^Sequence\(\[(NOP; ){100}\.\.\. \(2 more\) \]\)$/);
  });
});
