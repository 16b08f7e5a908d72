// The ratios that were reached, which `npm run bench -- --check` holds: floors.json. A ratio fell if it is below its
// floor, or above it where less is better, as with processor time.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('floors.json', import.meta.url));
/** What one run differs from the next by, as a part of the ratio. */
const SPREAD = 0.15;

export const readFloors = () => JSON.parse(readFileSync(FILE, 'utf8'));

/** A line for each ratio that is worse than its floor. A ratio without a floor is not compared. */
export function fallen(results, floors) {
  return results.flatMap(({ ratio, most, ...target }) => {
    const floor = floors[nameOf(target)];
    if (floor === undefined || (most ? ratio <= floor : ratio >= floor)) return [];
    return [`${nameOf(target)}: ${ratio.toPrecision(3)}, and at ${most ? 'most' : 'least'} ${floor} is held`];
  });
}

/** Floors that hold these ratios, but for what runs differ by. A busy machine lowers none: the stricter one stays. */
export function raised(results, floors) {
  const held = results.map(({ ratio, most, ...target }) => {
    const name = nameOf(target);
    const floor = Number((most ? ratio * (1 + SPREAD) : ratio * (1 - SPREAD)).toPrecision(3));
    return [name, most ? Math.min(floor, floors[name] ?? Infinity) : Math.max(floor, floors[name] ?? 0)];
  });
  return Object.fromEntries(Object.entries({ ...floors, ...Object.fromEntries(held) }).sort(byName));
}

export const writeFloors = (floors) => writeFileSync(FILE, `${JSON.stringify(floors, null, 2)}\n`);

const nameOf = ({ workload, text }) => `${workload}: ${text}`;
const byName = ([a], [b]) => (a < b ? -1 : 1);
