import { startZooKeeper } from '../../../lib/testing/index.js';
import { qrx } from '../../../lib/cli/qrx.js';
import { startFaultProxy } from '../faultProxy.js';
import { TestTerminal } from '../testTerminal.js';
import { waitFor } from '../waitFor.js';

/** What is seen at a time, in the terminal that watches, or in another one. */
export interface Shown {
  /** Seconds since the beginning, as a person would type. */
  readonly at: number;
  readonly where: 'watching' | 'elsewhere';
  /** A line as a terminal gets it, with its colours. */
  readonly line: string;
}

const COLUMNS = 76;
const dim = (text: string) => `\u001b[2m${text}\u001b[0m`;

/** Plays a story with `qrx watch`: changes come, the line to the server is cut, and is there again. */
export async function story(): Promise<Shown[]> {
  await using server = await startZooKeeper();
  const [host = '', port = ''] = server.connectString.split(':');
  await using proxy = await startFaultProxy({ host, port: Number(port) });
  const shown: Shown[] = [];
  let at = 0;

  const inTerminal = (store: string) => {
    const terminal = new TestTerminal();
    terminal.env.QRX_URL = `zk://${store}`;
    terminal.hasColours = true;
    terminal.columns = COLUMNS;
    return terminal;
  };
  const show = (where: Shown['where'], line: string) => void shown.push({ at, where, line });
  const run = async (...args: string[]) => {
    const other = inTerminal(server.connectString);
    show('elsewhere', `${dim('$')} qrx ${args.map(quoted).join(' ')}`);
    await qrx(args, other);
    for (const line of other.lines) show('elsewhere', line);
  };

  for (const args of [['/app'], ['/app/config', 'green'], ['/app/workers'], ['/app/workers/ada', '10.0.0.7:80']])
    await qrx(['create', ...args], inTerminal(server.connectString));
  const watching = inTerminal(proxy.connectString);
  show('watching', `${dim('$')} qrx watch --tree /app`);
  const ended = qrx(['watch', '--tree', '/app'], watching);
  await waitFor(() => watching.notes.length > 0, { what: 'the tree' });
  at = 1;
  for (const note of watching.notes) show('watching', dim(note));

  let known = 0;
  /** Does something, and waits until so many lines have come of it. */
  const step = async (time: number, act: () => unknown, lines: number) => {
    at = time;
    await act();
    at += 0.3;
    await waitFor(() => watching.lines.length === known + lines, { what: `${lines} lines` });
    for (const line of watching.lines.slice(known)) show('watching', alike(line, at));
    known += lines;
  };
  await step(2.5, () => run('set', '/app/config', 'blue'), 1);
  await step(4.5, () => run('create', '/app/workers/bob', '10.0.0.8:80'), 1);
  const cut = async () => {
    show('elsewhere', dim('# the line between the watch and the store is cut'));
    proxy.refuse();
    proxy.cut();
  };
  await step(6.5, cut, 1);
  await step(8.5, () => run('set', '/app/config', 'red'), 0);
  await step(10, () => run('rm', '/app/workers/ada'), 0);
  const heal = () => {
    show('elsewhere', dim('# the line is there again'));
    return proxy.heal();
  };
  await step(12, heal, 3);
  watching.interrupt();
  await ended;
  return shown;
}

/** The same each time: the clock is that of the story, and systems have several words for a line that is cut. */
function alike(line: string, at: number): string {
  return line
    .replace(/\d\d:\d\d:\d\d/, `10:15:${String(Math.floor(at)).padStart(2, '0')}`)
    .replace(/stale: [\w ,.:]*/, 'stale: the server closed the connection');
}

function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word}'`;
}
