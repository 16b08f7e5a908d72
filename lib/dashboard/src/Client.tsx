import { FactList } from './FactList.js';
import { StaleNote } from './StaleNote.js';
import { Table } from './Table.js';
import { visible } from './format.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

/** The client of the dashboard itself: its figures, its requests, and its newest events. */
export function Client() {
  const { state, error } = useSeen(() => server.value('client'), []);
  if (state === undefined)
    return error === undefined ? <p class="waiting">Reading…</p> : <StaleNote state={state} error={error} />;
  return (
    <div class={`view ${state.stale ? 'stale' : ''}`}>
      <StaleNote state={state} error={error} />
      <section class="card" aria-label="figures">
        <h3>The client of this dashboard</h3>
        <FactList facts={state.facts} />
      </section>
      <section class="card" aria-label="requests">
        <h3>Requests</h3>
        <Table label="requests" rows={state.requests} />
      </section>
      <section class="card" aria-label="events">
        <h3>Events</h3>
        <ol class="events">
          {state.events.map(({ time, level, text }) => (
            <li class={level}>
              <time>{time.toLocaleTimeString('en-GB')}</time> {visible(text)}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
