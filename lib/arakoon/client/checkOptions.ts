import { abortSignal, duration, flag, integer, knownKeys, show } from '../../core/check.js';
import { checkCodec } from '../../core/codecs.js';
import { UsageError } from '../../core/errors.js';
import type { CallOptions } from '../session/callOptions.js';
import { checkConsistency } from './arguments.js';

export const CALL = ['timeout', 'signal', 'node', 'idempotent'] satisfies (keyof CallOptions)[];
export const READ = [...CALL, 'consistency'];
/** The options of views, and of the methods that have others than those of a request. */
export const VIEW = [...READ, 'key', 'value'];
export const PREFIX = [...READ, 'max'];
export const SEQUENCE = [...CALL, 'sync'];
export const HOOK = [...READ, 'input$'];

/**
 * Refuses options that are not among `keys`, and those of a wrong type. Throws a `UsageError` about the first of them.
 *
 * @param nodes the names of the cluster's nodes
 */
export function checkOptions(
  options: object | undefined,
  keys: readonly string[],
  nodes: ReadonlyMap<string, unknown>
): void {
  if (options === undefined) return;
  const { timeout, signal, node, idempotent, consistency, sync, max, key, value } = knownKeys(
    'options',
    options as Record<string, never>,
    keys
  );
  if (timeout !== undefined) duration('options.timeout', timeout);
  if (signal !== undefined) abortSignal('options.signal', signal);
  if (node !== undefined && !nodes.has(node))
    throw new UsageError('options.node', `must be one of ${[...nodes.keys()].join(', ')}, not ${show(node)}`);
  if (idempotent !== undefined) flag('options.idempotent', idempotent);
  if (consistency !== undefined) checkConsistency(consistency);
  if (sync !== undefined) flag('options.sync', sync);
  if (max !== undefined) integer('options.max', max, 0, 2 ** 31 - 1);
  if (key !== undefined) checkCodec('options.key', key);
  if (value !== undefined) checkCodec('options.value', value);
}
