import { StaleNote } from './StaleNote.js';
import { count, visible } from './format.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

/** The paths that contain a text. */
export function Found({ text, onPath }: { readonly text: string; readonly onPath: (path: string) => void }) {
  const { state, error } = useSeen(() => server.value('found', text.trim()), [text.trim()]);
  return (
    <div class="found" role="region" aria-label="found">
      <StaleNote state={state} error={error} />
      {state !== undefined && (
        <p role="status">
          {state.count === 0 ? 'Nothing found' : `${count(state.count)} found`}
          {state.count > state.paths.length && `, the first ${count(state.paths.length)} are shown`}
        </p>
      )}
      <ul>
        {state?.paths.map((path) => (
          <li key={path}>
            <button class="path" onClick={() => onPath(path)}>
              {visible(path)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
