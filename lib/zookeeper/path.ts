import { pathFault, show } from '../core/check.js';
import { UsageError } from '../core/errors.js';

/**
 * Refuses, with a {@link UsageError}, a path that no server would take: relative, with an empty, `.`
 * or `..` component, with a slash at its end, with control characters or with any character outside
 * the BMP. Servers often answer such a path with `NO_NODE`, which sends the reader the wrong way.
 */
export function checkPath(path: string, argument = 'path', operation?: string): void {
  const fault = pathFault(path);
  if (fault !== undefined) throw badPath(argument, fault, path, operation);
}

/**
 * The same for a path that the server will append a number to: there `/queue/`, and even `/`, is a
 * prefix like any other, the empty one.
 */
export function checkSequentialPath(path: string, argument = 'path'): void {
  const fault = pathFault(path, true);
  if (fault !== undefined) throw badPath(argument, fault, path);
}

function badPath(argument: string, fault: string, path: unknown, operation?: string): UsageError {
  return typeof path === 'string'
    ? new UsageError(argument, `${fault}: ${show(path)}`, { path, operation })
    : new UsageError(argument, fault, { operation });
}

/** The path of the child `name` of `parent`. It checks nothing: the request that uses the path does. */
export function joinPath(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}

/** The path of the node above. The root is its own parent: a walk upwards ends there. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The last component of a path; `''` for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * The server's path for the `path` of a client below `root`. `/` becomes the root itself, so a sequential create at `/`
 * is the one request to prefix by hand (`${root}/`): else its node would stand beside the root.
 *
 * @param root the chroot; `''` and `/` mean none
 */
export function inChroot(root: string, path: string): string {
  if (root === '' || root === '/') return path;
  return path === '/' ? root : root + path;
}

/**
 * The way back: the client's path for the server's `path`. A path that is not below the root comes back as it is, and
 * `/application` is not below `/app`.
 */
export function outOfChroot(root: string, path: string): string {
  if (root === '' || root === '/' || !isWithin(path, root)) return path;
  return path.length === root.length ? '/' : path.slice(root.length);
}

/** Whether `path` is `top`, or below it: `/application` is not below `/app`. */
export function isWithin(path: string, top: string): boolean {
  return top === '/' || (path.startsWith(top) && (path.length === top.length || path.charCodeAt(top.length) === 0x2f));
}

/** Ten wide with its sign, so that the numbers below -999999999 are eleven. */
const SEQUENCE = /(?:^|[^0-9A-Za-z])(-[12]\d{9})$|(-2147483648|-(?!0{9})\d{9}|\d{10})$/;

/**
 * The number that the server appended to the name of a sequential node, or `undefined` for a name
 * that has none. Sort by it and never by the name: prefixes differ, and after 2^31 creates under one
 * parent the number is negative.
 *
 * A dash before ten digits is a sign, unless a letter or a digit stands in front of it: in
 * `lock-2000000000` it belongs to the prefix.
 */
export function sequenceOf(name: string): number | undefined {
  const found = SEQUENCE.exec(name);
  if (found === null) return undefined;
  const value = Number(found[1] ?? found[2]);
  return (value | 0) === value ? value : undefined; // a server counts in 32 bits
}
