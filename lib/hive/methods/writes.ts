import type { Observable } from 'rxjs';
import { callable, knownKeys } from '../../core/check.js';
import type { KnownVersion } from '../heads/deletions.js';
import type { WriteCondition } from '../heads/heads.js';
import type { HiveParts } from '../hiveParts.js';
import type { HiveWrites } from '../api/hiveWrites.js';
import type { VersionOption, WriteOptions } from '../types.js';

/** The methods that write or delete one entry. */
export function writes<T, V>(parts: HiveParts<T, V>): HiveWrites<T, V> {
  const { ground, writer, entries } = parts;
  const write = (
    operation: string,
    alias: string,
    value: T,
    options: WriteOptions<V>,
    usual: 'absent' | 'present' | 'none'
  ): Observable<V> =>
    parts.call(operation, alias, () => {
      const keys = usual === 'absent' ? ['expires'] : ['expires', 'ifVersion'];
      const { ifVersion, expires } = knownKeys<WriteOptions<V>>('options', options, keys);
      const condition: WriteCondition<V> =
        ifVersion === undefined ? { kind: usual } : { kind: 'version', version: ifVersion };
      writer.expiresAt(expires);
      return writer.write({ operation, alias, condition, expires }, writer.encode(value, operation, alias));
    });
  const versionIn = (options: VersionOption<V>) => knownKeys('options', options, ['ifVersion']).ifVersion;
  /** Writes over one version of an entry. */
  const overwriting = (operation: string, alias: string, value: T, options: WriteOptions<V>) => {
    const { expires } = knownKeys('options', options, ['expires', 'ifVersion']);
    writer.expiresAt(expires);
    const content = writer.encode(value, operation, alias);
    return ({ version, deletions }: KnownVersion<V>) =>
      writer.write({ operation, alias, condition: { kind: 'version', version, deletions }, expires }, content);
  };
  const deleting = (operation: string, alias: string) => (known: KnownVersion<V>) =>
    ground.heads.delete(alias, known, operation);
  return {
    put: (alias, value, options = {}) => write('put', alias, value, options, 'absent'),
    update: (alias, value, options = {}) => write('update', alias, value, options, 'none'),
    replace: (alias, value, options = {}) => write('replace', alias, value, options, 'present'),
    modify: (alias, change, options = {}) =>
      parts.call('modify', alias, () => {
        const { expires } = knownKeys('options', options, ['expires']);
        writer.expiresAt(expires);
        return entries.modify(alias, callable('change', change), expires);
      }),
    delete: (alias, options = {}) =>
      parts.call('delete', alias, () => {
        const version = versionIn(options);
        return ground.heads.delete(alias, version === undefined ? undefined : { version }, 'delete');
      }),
    expire: (alias, expires, options = {}) =>
      parts.call('expire', alias, () => {
        writer.expiresAt(expires);
        return entries.expire(alias, expires, versionIn(options));
      }),
    getAndUpdate: (alias, value, options = {}) =>
      parts.call('getAndUpdate', alias, () =>
        entries.exchange(alias, 'getAndUpdate', overwriting('getAndUpdate', alias, value, options), options.ifVersion)
      ),
    getAndRemove: (alias, options = {}) =>
      parts.call('getAndRemove', alias, () =>
        entries.exchange(alias, 'getAndRemove', deleting('getAndRemove', alias), versionIn(options))
      ),
    compareAndSwap: (alias, expected, value, options = {}) =>
      parts.call('compareAndSwap', alias, () => {
        const change = overwriting('compareAndSwap', alias, value, options);
        return entries.exchangeIf(alias, 'compareAndSwap', expected, change, options.ifVersion);
      }),
    removeIf: (alias, expected, options = {}) =>
      parts.call('removeIf', alias, () =>
        entries.exchangeIf(alias, 'removeIf', expected, deleting('removeIf', alias), versionIn(options))
      ),
  };
}
