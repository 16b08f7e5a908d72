import { type Observable, throwError } from 'rxjs';
import { abortSignal, duration, flag, holdsOptions, knownKeys, oneOf } from '../../core/check.js';
import { checkCodec } from '../../core/codecs.js';
import { situated } from '../../core/errors.js';
import { checkAcl } from '../protocol/aclCodec.js';
import { PRIORITIES } from '../session/exchange.js';

/** How the value of an option is checked, by its name. A request checks the others itself. */
type Checks = Readonly<Record<string, (argument: string, value: never) => unknown>>;

const unchecked = () => undefined;
const CALL: Checks = {
  timeout: duration,
  signal: abortSignal,
  priority: (argument, value) => oneOf(argument, value, PRIORITIES),
};
const READ: Checks = { ...CALL, read: (argument, value) => oneOf(argument, value, ['local', 'sync', 'strict']) };

const CREATE: Checks = {
  ...CALL,
  mode: unchecked,
  acl: unchecked,
  ttl: unchecked,
  parents: flag,
  parentsAcl: (argument, value) => checkAcl(value, argument),
  codec: checkCodec,
};

/** The options of each method; those that are not here have those of any request. */
const CHECKS: Readonly<Record<string, Checks>> = {
  get: { ...READ, codec: checkCodec },
  exists: READ,
  getChildren: { ...READ, stat: flag },
  getConfig: READ,
  create: { ...CREATE, protect: flag },
  ensurePath: { ...CALL, acl: unchecked, parentsAcl: (argument, value) => checkAcl(value, argument) },
  createOrSet: { ...CREATE, version: unchecked },
  with: {
    ...CALL,
    codec: checkCodec,
    acl: (argument, value) => void (typeof value === 'function' || checkAcl(value, argument)),
  },
  set: { ...CALL, version: unchecked, codec: checkCodec },
  delete: { ...CALL, version: unchecked, recursive: flag },
  setAcl: { ...CALL, version: unchecked },
  watch: { codec: checkCodec },
  events: { recursive: flag },
};

/**
 * Refuses options that a method does not have, and those of a wrong type. **Errors** with a `UsageError` about the
 * first of them; `undefined`: nothing is wrong.
 */
export function badOptions(operation: string, options: unknown, path?: unknown): Observable<never> | undefined {
  if (options === undefined) return undefined;
  try {
    checkOptions(operation, options as object);
    return undefined;
  } catch (error) {
    situated(error, { operation, path: path as string });
    return throwError(() => error);
  }
}

/** The same as {@link badOptions}, and throws. */
export function checkOptions(operation: string, options: object): void {
  const checks = CHECKS[operation] ?? CALL;
  if (!holdsOptions(options)) knownKeys('options', options, []);
  for (const key in options) {
    const value = (options as Record<string, unknown>)[key];
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) knownKeys('options', options, Object.keys(checks));
    else if (value !== undefined && check !== unchecked) check(`options.${key}`, value as never);
  }
}
