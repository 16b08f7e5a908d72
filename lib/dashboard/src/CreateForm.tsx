import { useState } from 'preact/hooks';
import { pathBelow } from '../../cli/dash/namesOf.js';
import { ValueField } from './ValueField.js';
import { begun, bytesOf } from './writtenValue.js';

interface CreateFormOptions {
  readonly parent: string;
  readonly modes: readonly string[];
  readonly isBusy: boolean;
  /** @param valueOf the value; throws an `Error` with words for a person */
  readonly onCreate: (path: string, valueOf: () => Uint8Array, mode: string | undefined) => void;
}

/** A new node below another. */
export function CreateForm({ parent, modes, isBusy, onCreate }: CreateFormOptions) {
  const [name, setName] = useState('');
  const [written, setWritten] = useState(() => begun(new Uint8Array(0)));
  const [mode, setMode] = useState(modes[0]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onCreate(pathBelow(parent, name), () => bytesOf(written), mode);
      }}
    >
      <label>
        Name, or a path below
        <input value={name} required onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      {modes.length > 0 && (
        <label>
          Mode
          <select value={mode} onChange={(event) => setMode(event.currentTarget.value)}>
            {modes.map((each) => (
              <option>{each}</option>
            ))}
          </select>
        </label>
      )}
      <ValueField written={written} rows={4} onWritten={setWritten} />
      {mode?.startsWith('ephemeral') === true && <p class="dim">It goes with the session of this dashboard.</p>}
      <button class="main" disabled={isBusy}>
        Create
      </button>
    </form>
  );
}
