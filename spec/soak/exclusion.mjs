// Who may hold at the same time as whom.

/**
 * What is wrong with spans of holding, in time or in the order of commits. Each has `from`, `until`, `token`, and
 * `alone`: one that is alone shares with nobody, and all others up to `capacity` at a time. Besides, whoever comes
 * after one that is alone, and whoever is alone, has a higher token than all those before: or else no store could
 * refuse the late.
 */
export function wrongs(spans, capacity) {
  const found = [];
  let holding = [];
  let [highest, highestAlone] = [0n, 0n];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    holding = holding.filter(({ until }) => until > span.from);
    const clashing = holding.filter((other) => other.alone || span.alone);
    for (const other of clashing) found.push({ wrong: 'held by two', first: other, second: span });
    holding.push(span);
    if (clashing.length === 0 && holding.length > capacity)
      found.push({ wrong: `held by ${holding.length}, not ${capacity}`, holding: [...holding] });
    if (span.token < (span.alone ? highest : highestAlone))
      found.push({ wrong: 'a token lower than that of an earlier holder', highest, span });
    if (span.token > highest) highest = span.token;
    if (span.alone && span.token > highestAlone) highestAlone = span.token;
  }
  return found;
}
