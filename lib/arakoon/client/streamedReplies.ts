import { collapseTlogs, collapsed, getDb, userHook } from '../protocol/ops/admin.js';
import type { ReplyParts, Listener } from '../session/replyParts.js';
import type { CollapseProgress } from '../types.js';

/** Units of 2^-22 seconds in a millisecond: for the years up to 2038. See the wire. */
const UNITS = 2 ** 22 / 1000;

/** How many logs there are, and then one answer for each. */
export function collapsing(): Listener<CollapseProgress> {
  let total: number | undefined;
  let done = 0;
  return {
    get done() {
      return done === total;
    },
    hear(answers) {
      const heard: CollapseProgress[] = [];
      if (total === undefined) {
        total = answers.next(collapseTlogs.reply)?.value;
        if (total !== undefined) heard.push({ done, total, elapsed: 0 });
      }
      while (total !== undefined && done < total) {
        const part = answers.next(collapsed);
        if (part === undefined) break;
        heard.push({ done: ++done, total, elapsed: Number(part.value) / UNITS });
      }
      return heard;
    },
  };
}

/** A length, and so many bytes. */
export function streamed(): Listener<Uint8Array> {
  let left: number | undefined;
  return {
    get done() {
      return left === 0;
    },
    hear(answers) {
      if (left === undefined) {
        const length = answers.next(getDb.reply);
        if (length === undefined) return [];
        left = Number(length.value);
      }
      return some(answers, left).map((bytes) => {
        left! -= bytes.length;
        return bytes;
      });
    },
  };
}

/** Reads the beginning of a hook's answer, which custom demands, and then all bytes: only the hook knows the end. */
export function hooked(): Listener<Uint8Array> {
  return {
    done: false,
    endless: true,
    hear: (answers) => (answers.begun || answers.next(userHook.reply) !== undefined ? some(answers, Infinity) : []),
  };
}

function some(answers: ReplyParts, most: number): readonly Uint8Array[] {
  const bytes = answers.bytes(most);
  return bytes.length === 0 ? [] : [bytes];
}
