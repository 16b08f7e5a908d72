import { storeUrl } from '../stores/storeUrl.js';
import type { Terminal } from '../terminal/terminal.js';

/** Milliseconds from one look at the wait to the next. */
const PACE = 250;

/** Shows what a command waits for while it waits: a terminal shows it when that takes more than a second. */
export async function whileWaiting<T>(terminal: Terminal, text: string, wait: Promise<T>): Promise<T> {
  const showing = setInterval(() => terminal.progress(text), PACE);
  try {
    return await wait;
  } finally {
    clearInterval(showing);
    terminal.progress('');
  }
}

/** Shows that a command waits for a connection. */
export function whileConnecting<T>(terminal: Terminal, url: string, opening: Promise<T>): Promise<T> {
  return whileWaiting(terminal, `connecting to ${storeUrl(url).servers}`, opening);
}
