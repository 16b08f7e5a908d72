import { once } from 'node:events';
import { onAbort } from '../../core/onAbort.js';
import { type EditOptions, editLine } from './editLine.js';
import { keysOf } from './keysOf.js';
import type { Terminal } from './terminal.js';
import { secret } from './secret.js';
import { clipped } from './clipped.js';
import { visible } from './visible.js';

/** Takes the line away that the cursor is in. */
const CLEAR = '\r\u001b[K';
/** Work that ends within this many milliseconds shows no progress. */
const QUICK = 1000;
/** Milliseconds from one progress to the next. */
const PACE = 100;

/** The terminal of this process. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdout } = process;
  const stop = new AbortController();
  const parts: AbortController[] = [];
  process.on('SIGINT', () => {
    const part = parts.at(-1) ?? stop;
    if (part.signal.aborted) process.exit(128 + 2); // a second Ctrl-C ends the process at once
    part.abort('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort(signal));
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stop.abort('EPIPE'); // as of `qrx tree | head`
  });
  return terminalOf(process, stop, parts);
}

/**
 * @param stop ends what this terminal is for
 * @param parts those that Ctrl-C ends, the innermost last
 */
function terminalOf(process: NodeJS.Process, stop: AbortController, parts: AbortController[]): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const bar = progressBar(stderr);
  const isUsers = stdin.isTTY && stderr.isTTY;
  const write = async (data: string | Uint8Array) => {
    if (stdout.isTTY) bar.clear();
    if (stop.signal.reason === 'EPIPE' || stdout.write(data)) return;
    await once(stdout, 'drain', { signal: stop.signal }).catch(() => undefined); // the reader has left, or the user
  };
  return {
    env,
    hasColours: stdout.isTTY && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    get columns() {
      return stdout.isTTY ? stdout.columns : undefined;
    },
    stop: stop.signal,
    print: (line) => write(`${line}\n`),
    write,
    note(line) {
      bar.clear();
      stderr.write(`${line}\n`);
    },
    progress: (line) => bar.show(line),
    ask: (question) =>
      isUsers ? secret(question, stdin, stderr, () => stop.abort('SIGINT')) : Promise.resolve(undefined),
    ...(isUsers && { keys: () => keysOf(stdin, stop.signal, () => stop.abort('SIGINT')) }),
    on(signal, run) {
      process.on(signal, run);
      return () => void process.off(signal, run);
    },
    ...(isUsers && stdout.isTTY && { edit: (options: EditOptions) => editLine(stdin, stdout, options) }),
    part() {
      const own = new AbortController();
      const release = onAbort(stop.signal, () => own.abort(stop.signal.reason));
      parts.push(own);
      const leave = () => {
        release();
        parts.splice(parts.indexOf(own), 1);
      };
      return Object.assign(terminalOf(process, own, parts), { [Symbol.dispose]: leave });
    },
    async *input() {
      if (stdin.isTTY) stderr.write('reading standard input; Ctrl-D ends it\n'); // a user may not know that it waits
      const end = () => stdin.destroy();
      stop.signal.addEventListener('abort', end, { once: true });
      try {
        if (!stop.signal.aborted) for await (const piece of stdin) yield piece as Uint8Array;
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      } finally {
        stop.signal.removeEventListener('abort', end);
      }
    },
  };
}

/** A line on a terminal that is written over and over; nothing where standard error goes to a file. */
function progressBar(stderr: NodeJS.WriteStream) {
  const began = performance.now();
  let last = 0; // 0 while no line is shown
  const clear = () => {
    if (last > 0) stderr.write(CLEAR);
    last = 0;
  };
  return {
    clear,
    show(line: string) {
      const now = performance.now();
      if (line === '') clear();
      else if (stderr.isTTY && now - began > QUICK && now - last > PACE) {
        last = now;
        stderr.write(CLEAR + clipped(visible(line), (stderr.columns ?? 80) - 1));
      }
    },
  };
}
