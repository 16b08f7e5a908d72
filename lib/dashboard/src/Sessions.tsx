import { useState } from 'preact/hooks';
import { StaleNote } from './StaleNote.js';
import { Table } from './Table.js';
import { counted, visible } from './format.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

/** The sessions or leases, and the nodes that go with each. */
export function Sessions({ title, onPath }: { readonly title: string; readonly onPath: (path: string) => void }) {
  const { state, error } = useSeen(() => server.value('sessions'), []);
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState<string>();
  if (state === undefined)
    return error === undefined ? <p class="waiting">Asking the servers…</p> : <StaleNote state={state} error={error} />;
  const shown = state.sessions.filter((session) =>
    Object.values(session).some((value) =>
      String(value ?? '')
        .toLowerCase()
        .includes(wanted.trim().toLowerCase())
    )
  );
  const paths = chosen === undefined ? undefined : (state.paths.get(chosen) ?? []);
  return (
    <div class={`view ${state.stale ? 'stale' : ''}`}>
      <StaleNote state={state} error={error} />
      {state.problems.map((problem) => (
        <p class="note warn">{visible(problem)}</p>
      ))}
      <div class="bar">
        <input
          type="search"
          aria-label={`filter ${title.toLowerCase()}`}
          placeholder="Filter"
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <span class="dim" role="status">
          {counted(state.sessions.length, title === 'Leases' ? 'lease' : 'session')}
        </span>
      </div>
      <Table
        label={title.toLowerCase()}
        rows={shown}
        cell={(name, value) =>
          name === 'id' ? (
            <button
              class="path"
              aria-expanded={chosen === value}
              onClick={() => setChosen(chosen === value ? undefined : String(value))}
            >
              {String(value)}
            </button>
          ) : undefined
        }
      />
      {paths !== undefined && (
        <section class="card" aria-label={`nodes of ${chosen}`}>
          <h3>Nodes that go with {chosen}</h3>
          {paths.length === 0 && <p class="dim">None</p>}
          <ul>
            {paths.map((path) => (
              <li>
                <button class="path" onClick={() => onPath(path)}>
                  {visible(path)}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
