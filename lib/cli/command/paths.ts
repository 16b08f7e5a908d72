/** The part of a path below another: `''` for that one itself, and else with a slash in front. */
export function below(path: string, top: string): string {
  return top === '/' ? (path === '/' ? '' : path) : path.slice(top.length);
}

/** A path below another. */
export function under(top: string, rest: string): string {
  return top === '/' ? rest || '/' : top + rest;
}

/** The last name of a path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path above a path. */
export function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Whether a path is that of the servers' own nodes. */
export function isReserved(path: string): boolean {
  return path === '/zookeeper' || path.startsWith('/zookeeper/');
}
