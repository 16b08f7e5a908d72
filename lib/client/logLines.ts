import { formatEndpoint } from '../core/endpoint.js';
import type { LeaseMessage, LinkEvent } from './channels.js';

/** The levels that all loggers have. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line of a log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

/** What went wrong, in one line. */
export function words(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ');
}

/** The server of an event. */
export function serverOf({ endpoint, node }: Pick<LinkEvent, 'endpoint' | 'node'>): string {
  const address = endpoint === undefined ? '' : formatEndpoint(endpoint);
  return [node, address].filter(Boolean).join(' at ') || 'a server';
}

type Line = (event: LinkEvent) => LogLine;

const LINES: Readonly<Record<string, Line>> = {
  dialing: (event) => ({ level: 'debug', text: `connecting to ${serverOf(event)}` }),
  waiting: ({ delay }) => ({ level: 'debug', text: `every server was tried; the next round begins in ${delay} ms` }),
  resending: ({ operation, attempt, error }) => ({
    level: 'debug',
    text: `sending ${operation} again (attempt ${attempt}): ${words(error)}`,
  }),
  rearmed: ({ watches }) => ({ level: 'debug', text: `set ${watches} watches again` }),
  authenticated: (event) => ({ level: 'debug', text: `${serverOf(event)} has accepted the user` }),
  refused: (event) => ({ level: 'debug', text: `${serverOf(event)} refused a request: ${words(event.error)}` }),
  avoided: (event) => ({
    level: 'warn',
    text: `${serverOf(event)} does not answer; it gets no requests for ${event.delay} ms`,
  }),
  answering: (event) => ({ level: 'info', text: `${serverOf(event)} answers again` }),
  'servers-ignored': ({ error }) => ({ level: 'warn', text: `ignored a list of servers: ${words(error)}` }),
  'zxid-ahead': () => ({
    level: 'error',
    text: 'all servers are older than the data that was seen: was a backup restored?',
  }),
};

/** The line of an event below the surface; kinds that may be added later are logged by their name. */
export function lineOfEvent(event: LinkEvent): LogLine {
  return LINES[event.kind]?.(event) ?? { level: 'debug', text: event.kind };
}

/** The line of an event of a lease. */
export function lineOfLease({ event, name, error }: LeaseMessage): LogLine {
  switch (event) {
    case 'held':
      return { level: 'info', text: `holds ${name}` };
    case 'doubt':
      return { level: 'warn', text: `cannot prove that it holds ${name}` };
    case 'lost':
      return { level: 'error', text: `has lost ${name}: ${words(error)}` };
    case 'released':
      return { level: 'info', text: `has given back ${name}` };
  }
}
