import type { Terminal } from './terminal.js';

/** A terminal that is like another one but for some parts. */
export function terminalWith(terminal: Terminal, parts: Partial<Terminal>): Terminal {
  const changes = Object.entries(parts).map(([name, value]) => [name, { value }] as const);
  return Object.create(terminal, Object.fromEntries(changes)) as Terminal;
}
