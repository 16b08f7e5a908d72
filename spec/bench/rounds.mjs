import { median } from './measure.mjs';

/**
 * Measures contenders one after the other, in each round in the other direction. Returns one round of each, the median
 * if `chosen` does not say otherwise. A measurement that fails is left out.
 */
export async function inRounds(rounds, title, contenders, measured, chosen = middle) {
  const results = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      try {
        const result = await measured(contender, round);
        if (result) results.get(contender).push(result); // nothing: it has no such operation
      } catch (error) {
        console.error(`${title}, ${contender}: ${String(error.message ?? error).slice(0, 300)}`);
      }
    }
  }
  const found = [...results].filter(([, list]) => list.length > 0);
  return new Map(found.map(([contender, list]) => [contender, chosen(list)]));
}

/** The round whose figure is the median. */
export function middle(list) {
  const key = keyOf(list);
  const value = median(list.map((result) => result[key]));
  return { ...list.find((result) => result[key] === value), ...spreadOf(list) };
}

/** The round with the least processor time: other work on the machine can only add to it. */
export function calmest(list) {
  const least = Math.min(...list.map(({ cpu }) => cpu));
  return { ...list.find(({ cpu }) => cpu === least), ...spreadOf(list) };
}

function spreadOf(list) {
  const figures = list.map((result) => result[keyOf(list)]);
  return { low: Math.min(...figures), high: Math.max(...figures) };
}

const keyOf = (list) => (list[0].rate === undefined ? 'ms' : 'rate');
