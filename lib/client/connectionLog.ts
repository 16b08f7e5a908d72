import { isCoordinationError } from '../core/errors.js';
import type { LinkEvent, LinkMessage, SessionMessage } from './channels.js';
import { type LogLine, lineOfEvent, serverOf, words } from './logLines.js';

/** Events that repeat have one line in so many milliseconds. */
const EVERY = 30_000;

/** An event that repeats. */
interface Repeated {
  /** When its last line was written. */
  readonly at: number;
  /** How often it has happened since then. */
  silent: number;
}

type State = SessionMessage['state'];

/**
 * The lines about the connections and sessions of one client. Those that repeat are summed up, and after a loss that
 * has no line, the next connection has none either.
 */
export class ConnectionLog {
  readonly #repeated = new Map<string, Repeated>();
  #failures = 0; // attempts since there was a connection
  #since: number | undefined; // since when there has been none
  #saidDown = true; // whether the log says that there is none

  /** The line for an event of a connection. */
  event({ event, time }: LinkMessage): LogLine | undefined {
    if (event.kind === 'link-lost') return this.#lost(event, time);
    const line = lineOfEvent(event);
    return this.#limited(`${event.kind} ${serverOf(event)}`, time, line);
  }

  /** The line for a new state; `undefined` where the events say enough. */
  state({ state, time }: SessionMessage): LogLine | undefined {
    switch (state.kind) {
      case 'connected':
        return this.#connected(state, time);
      case 'lost':
        return { level: 'error', text: `the session is lost: ${state.reason}${causeOf(state)}` };
      case 'closed':
        return { level: state.cause === undefined ? 'info' : 'error', text: `closed${causeOf(state)}` };
      default:
        this.#since ??= time;
        return undefined;
    }
  }

  #lost({ established = false, error, ...at }: LinkEvent, time: number): LogLine | undefined {
    this.#since ??= time;
    const why = `${serverOf(at)}: ${words(error)}`;
    // a wrong password is no fault that passes
    const level = isCoordinationError(error) && error.code === 'AUTH_FAILED' ? 'error' : 'warn';
    let text = `lost the connection to ${why}`;
    if (!established) {
      const seconds = Math.round((time - this.#since) / 1000);
      text =
        ++this.#failures === 1
          ? `cannot connect to ${why}`
          : `no connection for ${seconds} s: ${this.#failures} attempts have failed, the last to ${why}`;
    }
    const line = this.#limited(established ? 'lost' : 'failed', time, { level, text }, established);
    this.#saidDown ||= line !== undefined;
    return line;
  }

  #connected(state: State, time: number): LogLine | undefined {
    const [since, failures, isNews] = [this.#since, this.#failures, this.#saidDown];
    this.#since = undefined;
    this.#failures = 0;
    this.#saidDown = false;
    if (!isNews) return undefined;
    const { endpoint, master, id, timeout, readOnly } = state;
    const parts = [
      `connected to ${serverOf({ ...(endpoint && { endpoint }), ...(master !== undefined && { node: master }) })}`,
      ...(id === undefined ? [] : [`session 0x${BigInt.asUintN(64, id).toString(16)}`]),
      ...(timeout === undefined ? [] : [`timeout ${timeout} ms`]),
      ...(readOnly === true ? ['read-only'] : []),
      ...(since === undefined || failures === 0
        ? []
        : [`after ${Math.round((time - since) / 1000)} s and ${failures} failed attempts`]),
    ];
    return { level: 'info', text: parts.join(', ') };
  }

  /** The line, unless there was one like it of late. */
  #limited(key: string, time: number, line: LogLine, counts = true): LogLine | undefined {
    const last = this.#repeated.get(key);
    if (last !== undefined && time - last.at < EVERY) {
      last.silent++;
      return undefined;
    }
    this.#repeated.set(key, { at: time, silent: 0 });
    return last === undefined || last.silent === 0 || !counts
      ? line
      : { level: line.level, text: `${line.text} (and ${last.silent} times before, without a line)` };
  }
}

function causeOf({ cause }: State): string {
  return cause === undefined ? '' : `: ${words(cause)}`;
}
