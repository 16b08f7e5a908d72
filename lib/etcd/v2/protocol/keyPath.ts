import { text } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';

/**
 * A key as etcd stores it: with one slash in front, single ones between, and none at the end. Servers answer other keys
 * with a redirect, in which a write would lose its value. Throws a `UsageError` for `.` and `..`.
 */
export function normalKey(key: string, argument = 'key'): string {
  const parts = text(argument, key)
    .split('/')
    .filter((part) => part !== '');
  const dots = parts.find((part) => part === '.' || part === '..');
  if (dots !== undefined) throw new UsageError(argument, `must not have '${dots}' as a component`);
  if (/\p{Surrogate}/u.test(key)) throw new UsageError(argument, 'must not contain half a surrogate pair');
  return `/${parts.join('/')}`;
}

/** A normal key, encoded for a URL: slashes remain. */
export function keyPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
