import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { argumentsIn, quotedWord, wordsOf } from '../../../lib/cli/command/wordsOf.js';

describe('the words of a line', () => {
  it.each<readonly [string, readonly string[]]>([
    ['', []],
    ['  get   /a ', ['get', '/a']],
    [`set /a 'two words'`, ['set', '/a', 'two words']],
    [`set /a "it's \\"so\\" \\n"`, ['set', '/a', 'it\'s "so" \\n']],
    [`a\\ b 'c\\'d`, ['a b', 'c\\d']],
    [`''`, ['']],
    ['get /a # the rest', ['get', '/a']],
    ['get /a#b', ['get', '/a#b']],
  ])('are as in a shell: %s', (line, words) => expect(argumentsIn(line)).toEqual(words));

  it.each([`set /a 'x`, 'set /a "x', 'set /a x\\'])('are refused if a quote is not closed: %s', (line) =>
    expect(() => argumentsIn(line)).toThrow(/^line: /)
  );

  it('know where they begin, and which quote is open', () => {
    expect(wordsOf(`get "/a b`)).toEqual([
      { text: 'get', start: 0 },
      { text: '/a b', start: 4, open: '"' },
    ]);
  });

  it('are read as they were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(argumentsIn(words.map(quotedWord).join(' '))).toEqual(words);
      })
    );
  });
});
