import { describe, expect, it } from '@jest/globals';
import { clipped, columnsOf } from '../../../lib/cli/terminal/clipped.js';
import { Output } from '../../../lib/cli/command/output.js';
import { TestTerminal } from '../../helpers/testTerminal.js';

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

  it('stands in columns in a table, which is cut at the width of the terminal', async () => {
    const terminal = new TestTerminal();
    terminal.columns = 16;
    const rows = [
      { name: '日本', value: 'a' },
      { name: 'plain', value: 'a long value' },
    ];
    await new Output(terminal, false).table(rows);
    expect(terminal.lines).toEqual(['name   value', '日本   a', 'plain  a long v…']);
    terminal.columns = undefined;
    await new Output(terminal, false).table(rows);
    expect(terminal.lines.at(-1)).toBe('plain  a long value');
  });
});
