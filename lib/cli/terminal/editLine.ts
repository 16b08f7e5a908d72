import { createInterface } from 'node:readline';

/** How a line is asked for. */
export interface EditOptions {
  readonly prompt: string;
  /** Earlier lines, the newest first. */
  readonly history: readonly string[];
  /** What the end of the line could be: what may stand in place of the part, in full. */
  complete(line: string): Promise<{ readonly words: readonly string[]; readonly part: string }>;
}

/** Asks for a line on a terminal. Resolves to `''` at Ctrl-C, and to `undefined` at Ctrl-D or the end of the input. */
export function editLine(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  { prompt, history, complete }: EditOptions
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({
      ...{ input, output, prompt, history: [...history], historySize: history.length + 1, terminal: true },
      completer: (line: string, done: (error: null, found: [string[], string]) => void) =>
        void complete(line).then(({ words, part }) => done(null, [[...words], part])),
    });
    const end = (line: string | undefined, isDone = false) => {
      if (!isDone) output.write('\n'); // the cursor is behind the prompt still
      resolve(line);
      lines.close();
    };
    lines.once('line', (line) => end(line, true));
    lines.once('SIGINT', () => end(''));
    lines.once('close', () => end(undefined, true));
    lines.prompt();
  });
}
