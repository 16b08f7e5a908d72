import type { LockView } from '../../cli/dash/types.js';
import { StaleNote } from './StaleNote.js';
import { Table } from './Table.js';
import { count, counted, visible } from './format.js';
import { parentOf } from '../../cli/dash/namesOf.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

/** Locks and elections: who holds, who waits, and the fencing tokens. */
export function Locks({ onPath }: { readonly onPath: (path: string) => void }) {
  const { state, error } = useSeen(() => server.value('locks'), []);
  if (state === undefined)
    return error === undefined ? <p class="waiting">Looking for locks…</p> : <StaleNote state={state} error={error} />;
  return (
    <div class={`view ${state.stale ? 'stale' : ''}`}>
      <StaleNote state={state} error={error} />
      <p class="dim" role="status">
        {state.count === 0 ? 'Nothing is held, and nothing waits' : counted(state.count, 'lock')}
        {state.count > state.locks.length && `, the first ${count(state.locks.length)} are shown`}
      </p>
      {state.locks.map((lock) => (
        <Lock key={lock.path} lock={lock} onPath={onPath} />
      ))}
    </div>
  );
}

function Lock({ lock, onPath }: { readonly lock: LockView; readonly onPath: (path: string) => void }) {
  const { path, kind, layout, contenders, count: all } = lock;
  const rows = contenders.map(({ path: own, owner, token, state, mode, since }) => ({
    state,
    ...(mode !== '' && { mode }),
    owner,
    token,
    ...(since !== undefined && { since }),
    node: parentOf(own).name,
  }));
  return (
    <section class="card" aria-label={`${kind} ${path}`}>
      <h3>
        <button class="path" onClick={() => onPath(path)}>
          {visible(path)}
        </button>{' '}
        <span class="badge">{kind}</span> <span class="dim">{layout}</span>
      </h3>
      <Table
        label={`contenders of ${path}`}
        rows={rows}
        cell={(name, value) =>
          name === 'state' ? <span class={`badge ${value === 'holds' ? 'good' : ''}`}>{String(value)}</span> : undefined
        }
      />
      {all > contenders.length && (
        <p class="dim">
          {counted(all, 'contender')}, the first {contenders.length} are shown
        </p>
      )}
    </section>
  );
}
