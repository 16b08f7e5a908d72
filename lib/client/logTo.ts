import { type Channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { callable, knownKeys } from '../core/check.js';
import { type ClientMessage, type LeaseMessage, type LinkMessage, type SessionMessage, channels } from './channels.js';
import { ConnectionLog } from './connectionLog.js';
import { type LogLevel, type LogLine, lineOfLease } from './logLines.js';

/** The part of pino, winston and `console` that is needed. */
export type Logger = Readonly<Record<LogLevel, (message: string) => unknown>>;

/** Which events are logged. */
export interface LogOptions {
  /** Whether to log an event of this client, by its store and its number. Default: all clients of the process. */
  readonly only?: (client: Pick<ClientMessage, 'store' | 'client'>) => boolean;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * Logs what happens to the clients of this process: one line an event, without keys of values, values and passwords.
 * Works with pino, winston, `console`, and all that have `debug`, `info`, `warn` and `error`.
 *
 * Failures that repeat are summed up: the first attempt that fails is logged, and then one line every 30 seconds with
 * their number. It listens to the channels of `node:diagnostics_channel`, from now on.
 *
 * Returns a function that ends it. Throws a `UsageError` about an argument.
 *
 * @example
 * ```ts
 * import { logTo } from 'quorum-rx';
 *
 * const stop = logTo(console);
 * process.once('exit', stop);
 * ```
 */
export function logTo(logger: Logger, options: LogOptions = {}): () => void {
  const { only = () => true } = knownKeys('options', options, ['only']);
  for (const level of LEVELS) callable(`logger.${level}`, (logger as Logger | undefined)?.[level] as Logger[LogLevel]);
  callable('options.only', only);
  const logs = new Map<number, ConnectionLog>();
  const logOf = ({ client }: ClientMessage) => {
    const log = logs.get(client) ?? new ConnectionLog();
    logs.set(client, log);
    return log;
  };
  const write = ({ store, client }: ClientMessage, line: LogLine | undefined) => {
    if (line !== undefined) logger[line.level](`quorum-rx: ${store} #${client}: ${line.text}`);
  };
  const stops = [
    listening(channels.link, only, (message: LinkMessage) => {
      write(message, logOf(message).event(message));
    }),
    listening(channels.session, only, (message: SessionMessage) => {
      write(message, logOf(message).state(message));
      if (message.state.kind === 'closed') logs.delete(message.client);
    }),
    listening(channels.lease, only, (message: LeaseMessage) => write(message, lineOfLease(message))),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Subscribes to a channel. Returns how to end that. */
function listening<M extends ClientMessage>(
  channel: Channel,
  only: (message: M) => boolean,
  hear: (message: M) => void
): () => void {
  const listener = (message: unknown) => {
    if (only(message as M)) hear(message as M);
  };
  subscribe(channel.name, listener);
  return () => void unsubscribe(channel.name, listener);
}
