import { median } from './measure.mjs';

/**
 * Measures contenders one after the other, in each round in the other direction. Returns the median round of each. A
 * measurement that fails is left out.
 */
export async function inRounds(rounds, title, contenders, measured) {
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
  return new Map(found.map(([contender, list]) => [contender, middle(list)]));
}

/** The round whose figure is the median. */
export function middle(list) {
  const key = list[0].rate === undefined ? 'ms' : 'rate';
  const value = median(list.map((result) => result[key]));
  const spread = list.map((result) => result[key]);
  return { ...list.find((result) => result[key] === value), low: Math.min(...spread), high: Math.max(...spread) };
}
