import { useState } from 'preact/hooks';
import { StaleNote } from './StaleNote.js';
import { Table } from './Table.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

/** Who watches a node. The servers are asked only while it is unfolded. */
export function Watchers({ path }: { readonly path: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Watched by</summary>
      {isOpen && <Asked path={path} />}
    </details>
  );
}

function Asked({ path }: { readonly path: string }) {
  const { state, error } = useSeen(() => server.value('watchers', path), [path]);
  if (state === undefined)
    return error === undefined ? <p class="waiting">Asking…</p> : <StaleNote state={state} error={error} />;
  const rows = state.servers.flatMap(({ server: name, sessions }) =>
    sessions.map((session) => ({ session, server: name }))
  );
  const problems = state.servers.filter(({ problem }) => problem !== undefined);
  return (
    <>
      <StaleNote state={state} error={error} />
      {rows.length > 0 && <Table label="watchers" rows={rows} />}
      {rows.length === 0 && problems.length === 0 && <p class="note">No session watches this node itself</p>}
      {problems.map(({ problem }) => (
        <p class="note warn">{problem}</p>
      ))}
    </>
  );
}
