import { FactList } from './FactList.js';
import { PlotView } from './PlotView.js';
import { StaleNote } from './StaleNote.js';
import { colourOf } from './colours.js';
import { visible } from './format.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

/** The servers as they are, and how they have been. */
export function Members() {
  const { state, error } = useSeen(() => server.value('members'), []);
  if (state === undefined)
    return error === undefined ? <p class="waiting">Asking the servers…</p> : <StaleNote state={state} error={error} />;
  const { members, alarms, plots, times } = state;
  const servers = plots[0]?.lines.map((line) => line.server) ?? [];
  return (
    <div class={`view ${state.stale ? 'stale' : ''}`}>
      <StaleNote state={state} error={error} />
      {alarms.map((alarm) => (
        <p class="note bad" role="alert">
          {visible(alarm)}
        </p>
      ))}
      <ul class="cards" aria-label="servers">
        {members.map(({ server: name, role, facts, problem }) => (
          <li class="card">
            <h3>
              <span class="dot" style={{ background: colourOf(servers.indexOf(name)) }} /> {visible(name)}{' '}
              <span class={`badge ${styleOf(role)}`}>{role}</span>
            </h3>
            {problem !== undefined && <p class="note bad">{visible(problem)}</p>}
            <FactList facts={facts} />
          </li>
        ))}
      </ul>
      <div class="plots">
        {plots.map((plot) => (
          <PlotView key={plot.title} plot={plot} times={times} />
        ))}
      </div>
    </div>
  );
}

function styleOf(role: string): string {
  if (['leader', 'master', 'standalone'].includes(role)) return 'good';
  return ['unreachable', 'unknown'].includes(role) ? 'bad' : '';
}
