import { describe, expect, it } from '@jest/globals';
import { parseTransaction } from '../../../lib/cli/transaction/parseTransaction.js';
import { ran, withInput } from '../../helpers/testTerminal.js';

const FILE = `# what it is for
check /a 3
create job 'a b' --mode ephemeral

{"do":"set","path":"/a","base64":"AP8=","version":7}
delete /c -r
else
get /a`;

describe('a transaction', () => {
  it('is read from lines of words and of JSON', () => {
    expect(parseTransaction(FILE)).toEqual({
      steps: [
        { line: 2, do: 'check', path: '/a', version: '3' },
        { line: 3, do: 'create', path: '/job', value: Buffer.from('a b'), mode: 'ephemeral' },
        { line: 5, do: 'set', path: '/a', value: Buffer.from([0, 255]), version: '7' },
        { line: 6, do: 'delete', path: '/c', recursive: true },
      ],
      otherwise: [{ line: 8, do: 'get', path: '/a' }],
    });
  });

  it.each([
    ['move /a /b', 'must begin with one of check, create'],
    ['set /a', 'names no value'],
    ['set', 'names no path'],
    ['set /a two words', 'words: is too much'],
    ["set /a 'x", 'quote that is not closed'],
    ['set /a x --verson 3', "Unknown option '--verson'"],
    ['set /a x --version three', 'must be a whole number'],
    ['get /a --version 3', 'get takes no version'],
    ['check /a 3 --version 4', 'is given twice'],
    ['{"do":"get"', 'is no JSON'],
    ['{"do":"get","path":7}', 'names no path'],
    ['{"do":"put","path":"/a","value":7}', 'value that is no text'],
    ['{"do":"put","path":"/a","value":"x","base64":"eA=="}', 'a value and base64'],
    ['{"do":"put","path":"/a","valeu":"x"}', 'has valeu'],
    ['{"do":"check","path":"/a","absent":1}', 'neither true nor false'],
    ['else\nelse', 'is a second else'],
  ])('names the line at fault: %s', (line, message) => {
    expect(() => parseTransaction(`get /ok\n${line}`)).toThrow(message);
    expect(() => parseTransaction(`get /ok\n${line}`)).toThrow(/^line [23]/);
  });

  it('is refused if it does nothing', async () => {
    expect(() => parseTransaction('# no\n\n')).toThrow('no operation');
    expect(await withInput('zk://127.0.0.1:1', 'else\nget /a', 'txn', '-')).toMatchObject({ code: 2 });
    expect(await ran('zk://127.0.0.1:1', 'txn')).toMatchObject({ code: 2, notes: [expect.stringContaining('FILE')] });
    expect(await ran('zk://127.0.0.1:1', 'txn', '/no/such/file')).toMatchObject({ code: 2 });
  });

  it('is printed by a dry run, which needs no store; and reads what it has printed', async () => {
    const plan = await withInput(undefined, FILE, 'txn', '-', '-n');
    expect([plan.code, plan.lines]).toEqual([
      0,
      [
        ...['check /a  version 3', 'create /job  ephemeral  a b', 'set /a  version 7  0x00ff'],
        ...['delete /c  with all below it', 'else', 'get /a'],
      ],
    ]);
    const { lines } = await withInput(undefined, FILE, 'txn', '-', '-n', '--json');
    expect((await withInput(undefined, lines.join('\n'), 'txn', '-', '-n', '--json')).lines).toEqual(lines);
  });
});
