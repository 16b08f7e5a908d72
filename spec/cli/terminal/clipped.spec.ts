import { describe, expect, it } from '@jest/globals';
import { clipped, columnsOf } from '../../../lib/cli/terminal/clipped.js';

describe('text for a terminal', () => {
  it.each<readonly [string, number]>([
    ['colour', 6],
    ['größe', 5],
    ['e\u0301', 1],
    ['日本', 4],
    ['한국어', 6],
    ['🙂', 2],
    ['', 0],
  ])('has its width counted: %s', (text, columns) => expect(columnsOf(text)).toBe(columns));

  it('is cut at the width, and never in a wide character', () => {
    expect(clipped('abcdef', 6)).toBe('abcdef');
    expect(clipped('abcdefg', 6)).toBe('abcde…');
    expect(clipped('日本語', 6)).toBe('日本語');
    expect(clipped('日本語', 5)).toBe('日本…');
    expect(clipped('日本語', 4)).toBe('日…');
  });
});
