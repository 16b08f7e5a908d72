import type { Plan } from './plan.js';

/** How many runs shortening may take. */
const MOST_RUNS = 300;

/** Leaves out faults and actors for as long as the plan still fails. */
export function shorten(plan: Plan, fails: (plan: Plan) => boolean): Plan {
  let left = MOST_RUNS;
  const stillFails = (shorter: Plan) => left-- > 0 && fails(shorter);
  const faults = without(plan.faults, (some) => stillFails({ ...plan, faults: some }));
  const placements = without(
    plan.placements,
    (some) => some.length > 0 && stillFails({ ...plan, faults, placements: some })
  );
  return { ...plan, faults: without(faults, (some) => stillFails({ ...plan, faults: some, placements })), placements };
}

/** Leaves out halves, then quarters, down to single items. */
function without<T>(items: readonly T[], enough: (some: readonly T[]) => boolean): readonly T[] {
  let kept = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const some = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (enough(some)) kept = some;
      else at += size;
    }
  }
  return kept;
}
