import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Terminal } from '../terminal/terminal.js';

/** Lines that are kept. */
const MOST = 1000;
/** Lines that could have a secret in them, and those of a user who does not want them kept. */
const SECRET = /^\s|--password|:\/\/[^/\s]*@|\bdigest:/;

/** The lines of earlier repls, in a file that only its user can read. */
export class History {
  /** The newest first. */
  readonly lines: string[];
  readonly #file: string;
  #isWritable = true;

  constructor(env: Terminal['env']) {
    const folder = env.XDG_STATE_HOME ?? join(env.HOME ?? homedir(), '.local/state');
    this.#file = env.QRX_HISTORY ?? join(folder, 'qrx_history');
    const all = read(this.#file);
    this.lines = all.slice(-MOST).reverse();
    if (all.length > 2 * MOST) this.#write(() => writeFileSync(this.#file, `${all.slice(-MOST).join('\n')}\n`));
  }

  /** Adds a line. One that may have a secret in it is forgotten when the repl ends. */
  add(line: string): void {
    if (line.trim() === '' || line === this.lines[0]) return;
    this.lines.unshift(line);
    this.lines.length = Math.min(this.lines.length, MOST);
    if (SECRET.test(line)) return;
    this.#write(() => {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
      chmodSync(this.#file, 0o600); // it may have been there, with other rights
    });
  }

  /** A history that cannot be kept is no reason to stop. */
  #write(write: () => void): void {
    if (!this.#isWritable || this.#file === '') return;
    try {
      write();
    } catch {
      this.#isWritable = false;
    }
  }
}

function read(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
