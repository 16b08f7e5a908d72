import { type OperatorFunction, concatMap, defer } from 'rxjs';
import { decode } from '../shared/decode.js';

/** An event of a line: its words, and the tag of the state in it. */
export interface LineEvent {
  readonly tag: string;
  readonly words: readonly unknown[];
}

/** Cuts the text of server-sent events into events, and reads each. Comments are dropped. Errors with garbage. */
export function lineEvents(): OperatorFunction<string, LineEvent> {
  return (text$) =>
    defer(() => {
      let rest = '';
      return text$.pipe(
        concatMap((text) => {
          const parts = (rest + text).split('\n\n');
          rest = parts.pop()!;
          return parts.flatMap((part) => {
            const [, tag = '', data] = /^(?:id: (.*)\n)?data: (.*)$/.exec(part) ?? [];
            return data === undefined ? [] : [{ tag, words: decode(data) as unknown[] }];
          });
        })
      );
    });
}
