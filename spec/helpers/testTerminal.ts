import { qrx } from '../../lib/cli/qrx.js';
import type { Terminal } from '../../lib/cli/terminal/terminal.js';

/** A terminal that keeps all that is printed. */
export class TestTerminal implements Terminal {
  readonly env: Record<string, string | undefined> = { QRX_CONFIG: '/no/such/file' };
  hasColours = false;
  columns: number | undefined;
  readonly #stop = new AbortController();
  readonly stop: AbortSignal = this.#stop.signal;
  readonly lines: string[] = [];
  readonly notes: string[] = [];
  readonly steps: string[] = [];
  readonly written: Uint8Array[] = [];
  readonly questions: string[] = [];
  readonly signals = new Map<string, () => void>();
  /** The keys that are pressed; none: there is no user. */
  keys?: () => AsyncIterable<string>;
  answer: string | undefined;
  given: Uint8Array = new Uint8Array();

  print(line: string): Promise<void> {
    this.lines.push(line);
    return Promise.resolve();
  }

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(bytes);
    return Promise.resolve();
  }

  note(line: string): void {
    this.notes.push(line);
  }

  progress(line: string): void {
    this.steps.push(line);
  }

  async *input(): AsyncIterable<Uint8Array> {
    yield this.given;
  }

  on(signal: string, run: () => void): () => void {
    this.signals.set(signal, run);
    return () => void this.signals.delete(signal);
  }

  part(): Terminal & Disposable {
    return Object.assign(this, { [Symbol.dispose]: () => undefined });
  }

  ask(question: string): Promise<string | undefined> {
    this.questions.push(question);
    return Promise.resolve(this.answer);
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#stop.abort('SIGINT');
  }
}

/** The end of a command, and its output. */
export interface Ran {
  readonly code: number;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  /** The lines as JSON. */
  readonly records: readonly Record<string, unknown>[];
}

/** Runs a command of `qrx` to its end, with this store as the usual one. */
export function ran(store: string | undefined, ...args: readonly string[]): Promise<Ran> {
  return withInput(store, '', ...args);
}

/** The same, with this text as the standard input. */
export async function withInput(store: string | undefined, input: string, ...args: readonly string[]): Promise<Ran> {
  const terminal = new TestTerminal();
  terminal.env.QRX_URL = store;
  terminal.given = Buffer.from(input);
  const code = await qrx(args, terminal);
  const { lines, notes } = terminal;
  return {
    code,
    lines,
    notes,
    get records() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}
