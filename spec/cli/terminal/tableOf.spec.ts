import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Output } from '../../../lib/cli/command/output.js';
import { columnsOf } from '../../../lib/cli/terminal/clipped.js';
import { wrapped } from '../../../lib/cli/terminal/wrapped.js';
import { TestTerminal } from '../../helpers/testTerminal.js';

const MEMBERS = [
  { server: 'h1:2181', role: 'leader', version: '3.8.0', clients: 12, state: 'follows nobody, and serves' },
  { server: 'h2:2181', role: 'follower', version: '3.8.0', clients: 3, state: '日本' },
  { server: 'h3:2181', role: 'unreachable', state: 'connect ECONNREFUSED 127.0.0.1:2181' },
];

async function printed(rows: readonly Readonly<Record<string, string | number>>[], columns?: number) {
  const terminal = new TestTerminal();
  terminal.columns = columns;
  await new Output(terminal, false).table(rows);
  return terminal.lines;
}

describe('a table', () => {
  const whole = [
    'server   role         version  clients  state',
    'h1:2181  leader       3.8.0         12  follows nobody, and serves',
    'h2:2181  follower     3.8.0          3  日本',
    'h3:2181  unreachable                    connect ECONNREFUSED 127.0.0.1:2181',
  ];

  it('has a line for each row where there is room, and in a pipe', async () => {
    expect(await printed(MEMBERS, 80)).toEqual(whole);
    expect(await printed(MEMBERS)).toEqual(whole);
    expect(await printed([], 80)).toEqual([]);
  });

  it('goes on in more lines where its widest column does not fit', async () => {
    expect(await printed(MEMBERS, 66)).toEqual([
      ...[
        'server   role         version  clients  state',
        'h1:2181  leader       3.8.0         12  follows nobody, and serves',
      ],
      ...[
        'h2:2181  follower     3.8.0          3  日本',
        'h3:2181  unreachable                    connect ECONNREFUSED',
      ],
      '                                        127.0.0.1:2181',
    ]);
  });

  it('becomes records, with a line for each field, where the terminal is narrow', async () => {
    expect(await printed(MEMBERS.slice(1), 40)).toEqual([
      ...['server   h2:2181', 'role     follower', 'version  3.8.0', 'clients  3', 'state    日本', ''],
      ...['server   h3:2181', 'role     unreachable', 'state    connect ECONNREFUSED', '         127.0.0.1:2181'],
    ]);
  });

  it('loses no character at any width, and has no line that is too long', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '/', '日', '-'), maxLength: 60 });
    const row = fc.record({ name: cell, other: cell, count: fc.nat(), value: cell });
    const letters = (text: string) => [...text.replace(/\s/g, '')].sort().join('');
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 40, max: 160 }),
        async (rows, n) => {
          const lines = await printed(rows, n);
          const all = ['name', 'other', 'count', 'value'];
          const isTable = all.every((title) => lines[0]!.includes(title));
          const titles = isTable ? all : [];
          const fields = rows.flatMap((it) => Object.entries(it).filter(([, value]) => isTable || value !== ''));
          const cells = isTable ? fields.map(([, value]) => value) : fields.flat();
          expect(letters(lines.join(''))).toBe(letters([...titles, ...cells].join('')));
          expect(lines.filter((line) => columnsOf(line) > n)).toEqual([]);
        }
      )
    );
  });
});

describe('text that goes on in the next line', () => {
  it('breaks after a space, a comma or a slash, and else where it must', () => {
    expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapped('/a-path/of-names', 10)).toEqual(['/a-path/', 'of-names']);
    expect(wrapped('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapped('日本語', 4)).toEqual(['日本', '語']);
    expect(wrapped('日本', 1)).toEqual(['日', '本']);
    expect(wrapped('', 4)).toEqual(['']);
  });
});
