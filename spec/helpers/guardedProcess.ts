import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A child process that never outlives this one, nor keeps it alive. */
export class GuardedProcess {
  readonly #child: ChildProcess;
  /** When the process has ended. */
  readonly ended: Promise<void>;

  /** @param directory is removed with the process when this process dies; the output is appended to `log` in it */
  constructor(directory: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const log = openSync(`${directory}/log`, 'a');
    const child = spawn('/bin/sh', guarded(directory, command), {
      stdio: ['ignore', log, log, 'pipe'],
      env,
    });
    closeSync(log);
    const pipe = child.stdio[3] as Socket;
    pipe.on('error', () => {}); // the watcher may be gone
    pipe.unref();
    child.unref();
    this.#child = child;
    this.ended = new Promise((ended) => {
      child.once('error', () => ended());
      child.once('exit', () => {
        pipe.end('ended\n');
        ended();
      });
    });
  }

  /** The program's own pid, or -1 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end, which is forced when it has not come after `patience` milliseconds. */
  async end(signal: NodeJS.Signals, patience = 5_000): Promise<void> {
    this.#child.ref(); // for somebody waits now
    this.signal(signal);
    this.signal('SIGCONT'); // a frozen process hears of no signal but SIGKILL
    const late = new AbortController();
    const force = sleep(patience, undefined, { signal: late.signal }).then(
      () => this.signal('SIGKILL'),
      () => {}
    );
    await this.ended;
    late.abort();
    await force;
  }
}

/**
 * The shell starts a watcher, then becomes the program, so that our child's pid is the program's. The watcher reads
 * from a pipe that only this process holds: when this process ends without having written a line, be it by SIGKILL,
 * the pipe closes and the watcher kills the program and removes its folder.
 */
const GUARD = `
directory=$1; shift
{ read -r _ || { kill -KILL $$; rm -rf -- "$directory"; }; } <&3 >/dev/null 2>&1 &
exec 3<&- "$@"`;

/** The arguments of a shell that runs a command under guard; its file descriptor 3 is the pipe. */
export function guarded(directory: string, command: readonly string[]): string[] {
  return ['-c', GUARD, 'guard', directory, ...command];
}
