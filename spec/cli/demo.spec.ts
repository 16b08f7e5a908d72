import { describe, expect, it } from '@jest/globals';
import { qrx } from '../../lib/cli/qrx.js';
import { TestTerminal, ran } from '../helpers/testTerminal.js';
import { waitFor } from '../helpers/waitFor.js';

describe('qrx demo', () => {
  it('shows its five chapters, and ends', async () => {
    const { code, notes, records } = await ran(undefined, 'demo', '--json');
    expect([code, notes]).toEqual([0, []]);
    expect(records.flatMap(({ chapter = [] }) => chapter)).toHaveLength(6); // and the end
    const texts = records.map(({ text }) => String(text)).join('\n');
    expect(texts).toMatch(/does not exist\n[^]*is red\n[^]*is green\n[^]*out of date\n[^]*is blue\n[^]*is violet\n/);
    const tokens = [...texts.matchAll(/leads, with the number (\d+)/g)].map(([, token]) => Number(token));
    expect(tokens).toHaveLength(3);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
  });

  it('ends early when its user ends it', async () => {
    const terminal = new TestTerminal();
    const end = qrx(['demo'], terminal);
    await waitFor(() => terminal.lines.some((line) => line.includes('listens')));
    terminal.interrupt();
    expect(await end).toBe(130);
    expect((await ran(undefined, 'demo', 'more')).code).toBe(2);
  });
});
