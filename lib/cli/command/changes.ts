import type { Freshness } from '../../core/watched.js';
import { visible } from '../terminal/visible.js';
import type { Printed, Style } from './output.js';
import type { Call } from './verb.js';

const MARKS = { added: '+', removed: '-', changed: '~' } as const;
const STYLES = { added: 'green', removed: 'red', changed: 'blue' } as const;

/** Prints changes, each with the time of day, and says when they come late. */
export class Changes {
  readonly #call: Call;
  #isStale = false;

  constructor(call: Call) {
    this.#call = call;
  }

  async change(kind: keyof typeof MARKS, name: string, value: string, record: Printed): Promise<void> {
    const text = this.#call.output.paint(STYLES[kind], `${MARKS[kind]} ${name}`);
    await this.line(value === '' ? text : `${text}  ${value}`, { kind, ...record });
  }

  async freshness({ stale, cause }: Freshness): Promise<void> {
    if (stale === this.#isStale) return;
    this.#isStale = stale;
    const [style, text]: readonly [Style, string] = stale
      ? ['yellow', `stale: ${visible(cause.message)}`]
      : ['green', 'live again'];
    await this.line(this.#call.output.paint(style, text), {
      kind: stale ? 'stale' : 'live',
      ...(stale && { cause: cause.message }),
    });
  }

  async line(text: string, record: Printed): Promise<void> {
    const { output } = this.#call;
    await output.result(`${output.time()}  ${text}`, record);
  }
}
