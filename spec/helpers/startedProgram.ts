import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './project.js';

/** The file of the command in the build. */
export const QRX = join(ROOT, 'dist/esm/cli/main.js');

/** A program as a process of its own, which finds a store in its environment. */
export class StartedProgram {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly #end: Promise<unknown[]>;

  constructor(command: string, args: readonly string[], store: string) {
    this.child = spawn(command, args, { env: { ...process.env, QRX_URL: store } });
    this.child.stdout!.on('data', (chunk) => (this.out += String(chunk)));
    this.child.stderr!.on('data', (chunk) => (this.err += String(chunk)));
    this.#end = once(this.child, 'close');
  }

  async end(): Promise<{ code: unknown; out: string; err: string }> {
    const [code, signal] = await this.#end;
    return { code: code ?? signal, out: this.out, err: this.err };
  }
}
