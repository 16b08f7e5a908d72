import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** States of a thread that runs, or that would run when something wakes it. */
const RUNNABLE = /^[RS]$/;

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

  /** Freezes it. Its threads stop one after the other: when this returns, none of them runs any more. */
  freeze(): void {
    this.signal('SIGSTOP');
    const pause = new Int32Array(new SharedArrayBuffer(4));
    while (this.running && threadStates(this.pid).some((state) => RUNNABLE.test(state))) Atomics.wait(pause, 0, 0, 1);
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

/** The states of a process's threads, as Linux names them; none where there is no such process any more. */
function threadStates(pid: number): readonly string[] {
  const unless = <T>(read: () => T, gone: T): T => {
    try {
      return read();
    } catch {
      return gone; // a thread, or the process, has ended meanwhile
    }
  };
  const threads = unless(() => readdirSync(`/proc/${pid}/task`), []);
  return threads.map((thread) => {
    const stat = unless(() => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1'), '');
    return stat.charAt(stat.lastIndexOf(')') + 2); // the name before it may have spaces and parentheses
  });
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
