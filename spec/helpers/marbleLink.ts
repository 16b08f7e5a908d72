import { Subject, asyncScheduler } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

/**
 * A link in virtual time. A letter of the marbles is a chunk: the line of that letter, or the text in `values`. `#` is
 * an `Error('reset')`. What is written goes to `write$`, as text with spaces for the ends of lines.
 */
export function marbleLink({ hot }: RunHelpers, diagram: string, values: Readonly<Record<string, string>> = {}) {
  const letters = [...diagram].filter((letter) => /[a-z]/i.test(letter));
  const chunks = letters.map((letter) => [letter, Buffer.from(values[letter] ?? `${letter}\n`)] as const);
  const write$ = new Subject<string>();
  const link = {
    chunk$: hot<Uint8Array>(diagram, Object.fromEntries(chunks), new Error('reset')),
    drain$: new Subject<void>(),
    write$,
    /** What `write` says: whether all has left. */
    accepts: true,
    write(bytes: Uint8Array): boolean {
      write$.next(Buffer.from(bytes).toString().replaceAll('\n', ' ').trim());
      return link.accepts;
    },
    soon: (task: () => void) => void asyncScheduler.schedule(task),
  };
  return link;
}
