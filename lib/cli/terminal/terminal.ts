import type { EditOptions } from './editLine.js';

/** The world of a command: its input and output, its environment, and the wish of its user to end it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether text may have colours. */
  readonly hasColours: boolean;
  /** Characters of a line; `undefined` where the output is no terminal. */
  readonly columns: number | undefined;
  /** Aborts at Ctrl-C, at SIGTERM and SIGHUP, and when the reader of the output has left. */
  readonly stop: AbortSignal;
  /** Prints a line. Resolves when there is room for the next. */
  print(line: string): Promise<void>;
  /** Writes bytes as they are. Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Prints a line for the person who waits: on standard error. */
  note(line: string): void;
  /** Shows how far the work is, in a line that the next call replaces. `''` takes it away. */
  progress(line: string): void;
  /** Asks the user for a secret, which is not shown. Resolves to `undefined` where there is no user to ask. */
  ask(question: string): Promise<string | undefined>;
  /** Asks the user for a line, with history and completion. Not where there is no user to ask. */
  readonly edit?: (options: EditOptions) => Promise<string | undefined>;
  /** The keys that the user presses, until `stop` aborts. Not where there is no user. */
  readonly keys?: () => AsyncIterable<string>;
  /** Calls a function at each such signal to this process. **Returns** a function that ends that. */
  on(signal: 'SIGUSR1' | 'SIGUSR2', run: () => void): () => void;
  /** The same terminal for a part of the work: the next Ctrl-C is for this part alone, until it is disposed of. */
  part(): Terminal & Disposable;
  /** The standard input, piece by piece. It ends early when `stop` aborts. */
  input(): AsyncIterable<Uint8Array>;
}
