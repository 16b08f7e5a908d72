import { type Observable, timer } from 'rxjs';
import type { Call } from '../command/verb.js';

/** Where the demonstration is shown: its texts, and its waits, which end when the user ends the command. */
export interface Stage {
  /** Begins a chapter. */
  chapter(title: string, text: string): Promise<void>;
  /** Says what happens, with the seconds since the beginning. */
  say(text: string): Promise<void>;
  /** Waits for the first value. Rejects when the user ends the command. */
  first<T>(stream$: Observable<T>): Promise<T>;
  /** Waits for some milliseconds. */
  pause(ms: number): Promise<unknown>;
}

/** A stage for one call of a verb. */
export function stage(call: Call): Stage {
  const { output, terminal } = call;
  const began = performance.now();
  const first = <T>(stream$: Observable<T>) => call.first(stream$);
  return {
    async chapter(title, text) {
      if (!output.isJson) await terminal.print('');
      await output.result(`${output.paint('bold', title)}\n${text}`, { chapter: title, text });
    },
    say(text) {
      const seconds = (performance.now() - began) / 1000;
      const time = output.paint('dim', `${seconds.toFixed(2).padStart(6)} s`);
      return output.result(`${time}  ${text}`, { seconds: Number(seconds.toFixed(3)), text: text.trim() });
    },
    first,
    pause: (ms) => first(timer(ms)),
  };
}
