import { expect, it } from '@jest/globals';
import { utf8Length } from '../../lib/core/utf8Length.js';
import { Random } from '../helpers/random.js';

const length = (text: string) => new TextEncoder().encode(text).length;

it('counts the bytes that an encoder makes, for characters of one to four bytes', () => {
  const random = new Random(7);
  const alphabet = [
    'a',
    '\u007f',
    '\u0080',
    'é',
    '\u07ff',
    '\u0800',
    '€',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '😀',
    '\u{10ffff}',
  ];
  for (let i = 0; i < 1000; i++) {
    const text = Array.from({ length: random.below(20) }, () => random.of(alphabet)).join('');
    expect([text, utf8Length(text)]).toEqual([text, length(text)]);
  }
});
