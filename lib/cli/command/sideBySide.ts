import { pathOrder } from '../stores/textOrder.js';

/** What two trees have at a path: one of both may have nothing there. */
export interface Pair<T> {
  readonly path: string;
  readonly first: T | undefined;
  readonly second: T | undefined;
}

/** Goes through two trees together, both in the order of {@link pathOrder}. It keeps nothing of them. */
export async function* sideBySide<T extends { readonly path: string }>(
  first: AsyncIterable<T>,
  second: AsyncIterable<T>
): AsyncIterable<Pair<T>> {
  const [lefts, rights] = [first[Symbol.asyncIterator](), second[Symbol.asyncIterator]()];
  try {
    let [left, right] = await Promise.all([next(lefts), next(rights)]);
    while (left !== undefined || right !== undefined) {
      const order = left === undefined ? 1 : right === undefined ? -1 : pathOrder(left.path, right.path);
      const [a, b] = [order <= 0 ? left : undefined, order >= 0 ? right : undefined];
      yield { path: (a ?? b)!.path, first: a, second: b };
      [left, right] = await Promise.all([a === undefined ? left : next(lefts), b === undefined ? right : next(rights)]);
    }
  } finally {
    for (const side of [lefts, rights]) side.return?.(undefined).catch(() => undefined); // not awaited: a read may hang
  }
}

async function next<T>(values: AsyncIterator<T>): Promise<T | undefined> {
  const result = await values.next();
  return result.done === true ? undefined : result.value;
}
