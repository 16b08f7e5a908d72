import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { underHold } from '../../../lib/cli/command/underHold.js';
import { type LeaseError, leaseLost } from '../../../lib/lease/leaseError.js';
import { TestTerminal } from '../../helpers/testTerminal.js';
import { waitFor } from '../../helpers/waitFor.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'qrx-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A hold that is lost when somebody says so, and a program of Node that has begun when its file is there. */
async function running(onSigterm: string, patience: number) {
  const terminal = new TestTerminal();
  const lost = leaseLost('/lock', 'another holds it');
  const end = new AbortController();
  const hold = { token: 7n, signal: end.signal, lost: undefined as LeaseError | undefined };
  const begun = join(folder, 'begun');
  const tell = `require('fs').writeFileSync('${begun}', '')`;
  const text = `process.on('SIGTERM', ${onSigterm}); ${tell}; setInterval(() => {}, 1e6)`;
  const code = underHold({ name: process.execPath, args: ['-e', text], patience }, '/lock', hold, terminal);
  await waitFor(() => existsSync(begun));
  const lose = () => {
    hold.lost = lost;
    end.abort(lost);
  };
  return { terminal, code, lose, lost };
}

describe('a program whose lock is lost', () => {
  it('gets a SIGTERM, and qrx ends with the code of a lost hold, whatever the program says', async () => {
    const { terminal, code, lose, lost } = await running('() => process.exit(0)', 60_000);
    lose();
    expect(await code).toBe(6);
    expect(terminal.notes).toEqual([`qrx: ${lost.message}; ${process.execPath} was ended`]);
  });

  it('gets a SIGKILL if it goes on', async () => {
    const { code, lose } = await running('() => {}', 20);
    lose();
    expect(await code).toBe(6);
  });
});

it('a program that its user ends, and that goes on, gets a SIGKILL too', async () => {
  const { terminal, code } = await running('() => {}', 20);
  terminal.interrupt();
  expect([await code, terminal.notes]).toEqual([128 + 9, []]);
});
