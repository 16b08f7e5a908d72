/**
 * Paths from which everything below is watched. A path is compared with those above it whose length fits: to look up
 * all of them takes the square of the path's length, and others decide how long a path is.
 */
export class WatchRoots {
  readonly #lengths = new Map<number, number>();

  add({ length }: string): void {
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
  }

  remove({ length }: string): void {
    const left = this.#lengths.get(length)! - 1;
    if (left === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, left);
  }

  clear(): void {
    this.#lengths.clear();
  }

  /** The path itself and those above it, the nearest first, if they may be one of these. */
  over(path: string): readonly string[] {
    const lengths = this.#lengths;
    if (lengths.size === 0) return NONE;
    const found: string[] = [];
    if (lengths.has(path.length)) found.push(path);
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
      if (lengths.has(slash)) found.push(path.slice(0, slash));
    if (path !== '/' && lengths.has(1)) found.push('/');
    return found;
  }
}

const NONE: readonly string[] = [];
