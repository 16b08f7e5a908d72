import { UsageError } from '../../../core/errors.js';
import type { AnyHive, HiveCodec } from '../../../hive/index.js';
import type { OptionOfVerb } from '../../command/optionOfVerb.js';
import type { Call } from '../../command/verb.js';
import { whileConnecting } from '../../command/whileWaiting.js';
import { storeUrl } from '../../stores/storeUrl.js';
import { wholeNumber } from '../../command/wholeNumber.js';

/** The options of changes. */
export const VERSION: OptionOfVerb = { value: 'VERSION', about: 'only if the entry has this version' };
export const EXPIRES: OptionOfVerb = { value: 'WHEN', about: 'when it runs out: milliseconds from now, or a date' };
export const MAX: OptionOfVerb = { value: 'BYTES', about: 'the largest entry; default 67108864' };

/** The stores that can have a hive. */
export const HIVE_SCHEMES = ['zk', 'etcd', 'etcd2', 'arakoon'] as const;

/** Opens the hive that the first argument names, or that of the usual store. */
export async function openedHive(call: Call, codec?: HiveCodec<unknown>): Promise<AnyHive<unknown>> {
  const store = call.store(HIVE_SCHEMES);
  const isNamed = call.args.length > call.argsWithoutStore().length;
  const url = isNamed || call.directory === '/' ? store.url : under(store.url, call.directory);
  return hiveAt(call, { ...store, url }, codec);
}

/** The place of a repl in its store is that of the hive too. */
function under(url: string, directory: string): string {
  const { servers, prefix, query } = storeUrl(url);
  return `${servers}/${prefix}${directory.slice(1)}${query}`;
}

/** Opens a hive in a store. It is closed when the verb has ended. */
export async function hiveAt(call: Call, store: ReturnType<Call['store']>, codec?: HiveCodec<unknown>) {
  const { openHive } = await import('../../../hive/index.js'); // loaded when it is asked for
  const max = call.number('max');
  const opening = openHive(store.url, {
    connection: await call.connection(store),
    ...(codec !== undefined && { codec }),
    ...(max !== undefined && { maxObjectBytes: max }),
  });
  return call.closing(await whileConnecting(call.terminal, store.url, opening));
}

/** The arguments after the store: an alias, and at most so many others. */
export function aliasIn(call: Call, others = 0): readonly [alias: string, ...rest: string[]] {
  const [alias, ...rest] = call.argsWithoutStore();
  if (alias === undefined || alias === '') throw new UsageError('ALIAS', 'is missing: the name of an entry');
  if (rest.length > others) throw new UsageError('arguments', `are too many: ${rest.slice(others).join(' ')}`);
  return [alias, ...rest];
}

/** The condition of a change. The versions of Arakoon are text, and others are numbers. */
export function ifVersion(call: Call): { readonly ifVersion?: number | string } {
  const version = call.value('version');
  if (version === undefined) return {};
  const isText = /^arakoon:/i.test(call.store(HIVE_SCHEMES).url);
  return { ifVersion: isText ? version : wholeNumber('--version', version) };
}

/** When an entry runs out. */
export function expiresIn(call: Call): { readonly expires?: Date | number } {
  const text = call.value('expires');
  if (text === undefined) return {};
  return { expires: whenOf('--expires', text) };
}

/** Milliseconds from now, or a date. */
export function whenOf(argument: string, text: string): Date | number {
  if (/^\d+$/.test(text)) return wholeNumber(argument, text);
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new UsageError(argument, `must be milliseconds or a date such as 2027-01-31T12:00Z, not ${text}`);
}
