import { type KeyPages, endOf } from './keyPages.js';
import { prefixBelow } from './keyTree.js';
import { textOrder } from './textOrder.js';
import type { ListOptions } from './treeStore.js';

/**
 * The names right below a path, of keys with slashes between the names. After each page it leaps past all that is below
 * the last name, so that a few requests are enough for a few large subtrees.
 */
export async function namesBelow(
  pages: KeyPages,
  path: string,
  { begins = '', max = Infinity }: ListOptions
): Promise<readonly string[]> {
  const prefix = prefixBelow(path);
  const names = new Set<string>();
  let next: string | undefined = prefix + begins;
  const end = endOf(next);
  while (next !== undefined && names.size < max) {
    const page = await pages.page(next, end);
    for (const node of page.nodes) names.add(node.path.slice(1 + prefix.length).split('/', 1)[0]!);
    const last = page.nodes.at(-1)?.path.slice(1);
    const isBelow = last?.slice(prefix.length).includes('/') === true;
    const child: string = `${prefix}${last?.slice(prefix.length).split('/', 1)[0]}/`;
    next = page.next !== undefined && isBelow ? endOf(child) : page.next;
  }
  return [...names].sort(textOrder).slice(0, max);
}
