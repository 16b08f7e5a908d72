import type { Freshness } from '../../core/watched.js';

/** Says that what is shown may be outdated, and why. */
export function StaleNote({
  state,
  error,
}: {
  readonly state: (Freshness & { why?: string }) | undefined;
  readonly error?: Error | undefined;
}) {
  if (error !== undefined)
    return (
      <p class="note bad" role="alert">
        {error.message}
      </p>
    );
  if (state?.stale !== true) return null;
  return (
    <p class="note warn" role="status">
      stale: {state.why || state.cause.message}
    </p>
  );
}
