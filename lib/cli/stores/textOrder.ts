/** The order of names: that of their bytes in UTF-8, which all stores have. JavaScript's own order differs. */
export function textOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** The order of paths in a walk: name by name, so that a node comes before those below it, and before its siblings. */
export function pathOrder(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const order = textOrder(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Halves of surrogate pairs are characters above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}
