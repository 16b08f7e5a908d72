import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The library's sources, by their paths. */
export function readSources(root) {
  const files = readdirSync(join(root, 'lib'), { recursive: true }).filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [join('lib', file), readFileSync(join(root, 'lib', file), 'utf8')]));
}

/**
 * Puts a fault back into the library. What it changes is found by its text, wherever that stands: a file may be moved
 * or renamed, and lines may be broken elsewhere.
 *
 * @returns the files that change, and what each is like then; and why that cannot be done, if so
 */
export function putBack({ name, changes }, library) {
  const sources = new Map();
  const obstacles = [];
  for (const { from, to } of changes) {
    const text = new RegExp(from.trim().split(/\s+/).map(escaped).join('\\s+'), 'g');
    const places = [...library.keys()].flatMap((file) => {
      const source = sources.get(file) ?? library.get(file);
      return [...source.matchAll(text)].map(() => ({ file, source }));
    });
    const [place] = places;
    if (places.length === 1)
      sources.set(
        place.file,
        place.source.replace(text, () => to)
      );
    else
      obstacles.push(
        `"${name}" cannot be put back: this stands at ${places.length} places of lib/, not at one:\n${from}`
      );
  }
  return { sources, obstacles };
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
