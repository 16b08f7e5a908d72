/**
 * The names that lead from the root to a path. A key that begins with a slash has the path `//name`: its first name
 * keeps the slash, because an empty one would lead to the root again.
 */
export function namesOf(path: string): readonly string[] {
  if (path === '/') return [];
  const [first = '', second, ...others] = path.slice(1).split('/');
  if (first !== '' || second === undefined) return second === undefined ? [first] : [first, second, ...others];
  return [`/${second}`, ...others];
}

/** The path above a path, and its last name. The root is above itself. */
export function parentOf(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  if (slash === 0 || (slash === 1 && path.startsWith('//'))) return { parent: '/', name: path.slice(1) };
  return { parent: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** The path of a name below a path. */
export function pathBelow(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}
