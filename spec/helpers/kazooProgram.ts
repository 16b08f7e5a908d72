import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { waitFor } from './waitFor.js';

/** A program of kazoo's, which does as it is told, line by line, and says what became of it. */
export class KazooProgram {
  readonly #process: ChildProcessWithoutNullStreams;
  #said: string[] = [];

  /** @param script what Debian's Python is to run, with the connect string as its argument */
  constructor(script: string, connectString: string) {
    this.#process = spawn('/usr/bin/python3', [script, connectString]);
    createInterface(this.#process.stdout).on('line', (line) => this.#said.push(line));
    createInterface(this.#process.stderr).on('line', (line) => this.#said.push(`stderr: ${line}`));
  }

  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Waits until it says so, and forgets it. */
  async says(word: string): Promise<void> {
    await waitFor(() => this.has(word)).catch((cause: unknown) => {
      throw new Error(`kazoo did not say ${word}, but ${this.#said.join('; ')}`, { cause });
    });
    this.#said = this.#said.filter((said) => said !== word);
  }

  has(word: string): boolean {
    return this.#said.includes(word);
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}
