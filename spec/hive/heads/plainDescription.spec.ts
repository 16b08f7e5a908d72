import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainDescription } from '../../../lib/hive/heads/plainDescription.js';

/** Looks for a description between other bytes. */
function found(text: string) {
  const bytes = Buffer.from(`12345"${text}6}`);
  return plainDescription(bytes, 6, bytes.length - 2);
}

describe('plainDescription', () => {
  it('reads the description that most entries have', () => {
    expect(found('{"c":"objects","n":100,"k":4294967295}')).toEqual({ c: 'objects', n: 100, k: 4294967295 });
    expect(found('{"c":"","n":0,"k":0}')).toEqual({ c: '', n: 0, k: 0 });
  });

  it.each([
    ['has more in it', '{"c":"raw","n":1,"k":2,"x":3}'],
    ['has less in it', '{"c":"raw","n":1}'],
    ['has another order', '{"n":1,"c":"raw","k":2}'],
    ['has spaces', '{"c": "raw","n":1,"k":2}'],
    ['goes on', '{"c":"raw","n":1,"k":2} '],
    ['ends early', '{"c":"raw","n":1,"k":2'],
    ['has no name', '{"c":null,"n":1,"k":2}'],
    ['has no number', '{"c":"raw","n":,"k":2}'],
    ['has a number that JSON has not', '{"c":"raw","n":01,"k":2}'],
    ['has a fraction', '{"c":"raw","n":1.5,"k":2}'],
    ['has a number below zero', '{"c":"raw","n":-1,"k":2}'],
    ['has a number of many digits', '{"c":"raw","n":12345678901,"k":2}'],
    ['has a name with escapes', '{"c":"a\\"b","n":1,"k":2}'],
    ['has a name with letters of several bytes', '{"c":"é","n":1,"k":2}'],
    ['is empty', ''],
  ])('leaves to JSON what %s', (_, text) => expect(found(text)).toBeUndefined());

  it('never has another opinion than JSON', () => {
    const letters = fc.constantFrom(...'{"c":,nk}\\019.-e ');
    const texts = fc.oneof(
      fc.string({ unit: letters }),
      fc.tuple(fc.string(), fc.nat(), fc.nat()).map(([c, n, k]) => JSON.stringify({ c, n, k })),
      fc.tuple(fc.string({ unit: letters }), fc.nat()).map(([c, n]) => `{"c":"${c}","n":${n},"k":1}`)
    );
    fc.assert(
      fc.property(texts, (text) => {
        const plain = found(text);
        if (plain !== undefined) expect(plain).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 }
    );
  });
});
