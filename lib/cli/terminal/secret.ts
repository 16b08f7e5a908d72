import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks for a secret on a terminal. It shows nothing of the answer. Ctrl-C calls `interrupt`, and gives no answer. */
export async function secret(
  question: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  interrupt: () => void
): Promise<string | undefined> {
  output.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  const interrupted = new Promise<undefined>((done) => {
    lines.once('SIGINT', () => {
      interrupt();
      done(undefined);
    });
    lines.once('close', () => done(undefined));
  });
  try {
    return await Promise.race([lines.question(''), interrupted]);
  } finally {
    lines.close();
    output.write('\n');
  }
}
