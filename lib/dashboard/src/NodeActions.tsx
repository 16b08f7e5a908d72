import { useState } from 'preact/hooks';
import { firstValueFrom } from 'rxjs';
import { pathBelow } from '../../cli/dash/namesOf.js';
import type { AboutState, NodeState } from '../../cli/dash/types.js';
import { server } from './server.js';
import { textOf } from './valueText.js';

interface NodeActionsOptions {
  readonly path: string;
  readonly node: NodeState['node'];
  readonly about: AboutState;
  readonly onPath: (path: string) => void;
}

type Form = 'edit' | 'create' | 'delete';

/** What an error means for the person who has asked for a change. */
function words(error: unknown): string {
  const { code, effect, message } = error as { code?: string; effect?: string; message: string };
  if (effect === 'unknown') return 'The answer is lost: the change was made, or not. Look before you try again.';
  const known: Readonly<Record<string, string>> = {
    BAD_VERSION: 'Refused: it was changed or deleted since you began. Your text is still here.',
    NODE_EXISTS: 'Refused: there is such a node already.',
    NO_NODE: 'Refused: there is no such node.',
    NO_AUTH: 'Refused: this identity may not do that.',
    NOT_EMPTY: 'Refused: there are nodes below it.',
  };
  return known[code ?? ''] ?? message;
}

/** Forms that change a node. Each change depends on the version that was seen, where the store has versions. */
export function NodeActions({ path, node, about, onPath }: NodeActionsOptions) {
  const [form, setForm] = useState<Form>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const exists = node?.exists === true;
  const isWhole = node?.value !== undefined && node.bytes === (node.value?.length ?? 0);
  const text = node?.value instanceof Uint8Array ? textOf(node.value) : '';
  const show = (next: Form) => {
    setForm(next === form ? undefined : next);
    setProblem('');
  };
  const run = async <T,>(change: () => Promise<T>, then: (result: T) => void = () => {}) => {
    setBusy(true);
    setProblem('');
    try {
      then(await change());
      setForm(undefined);
    } catch (error) {
      setProblem(words(error));
    }
    setBusy(false);
  };
  const { version } = node ?? {};
  return (
    <section class="actions" aria-label="changes">
      <div class="buttons">
        {exists && isWhole && text !== undefined && <button onClick={() => show('edit')}>Edit value</button>}
        <button onClick={() => show('create')}>Create below</button>
        {path !== '/' && (
          <button class="danger" onClick={() => show('delete')}>
            Delete
          </button>
        )}
      </div>
      {form === 'edit' && (
        <Edit
          text={text ?? ''}
          version={version}
          newest={version}
          isBusy={isBusy}
          onSave={(value, seen) =>
            void run(() =>
              firstValueFrom(server.run('set', { path, value, version: seen }), { defaultValue: undefined })
            )
          }
        />
      )}
      {form === 'create' && (
        <Create
          parent={path}
          modes={about.modes}
          isBusy={isBusy}
          onCreate={(below, value, mode) =>
            void run(() => firstValueFrom(server.run('create', { path: below, value, mode })), onPath)
          }
        />
      )}
      {form === 'delete' && (
        <Delete
          path={path}
          isBusy={isBusy}
          isFolder={!exists}
          onDelete={(below) =>
            void run(() =>
              firstValueFrom(server.run('delete', { path, below, version: below ? undefined : version }), {
                defaultValue: undefined,
              })
            )
          }
        />
      )}
      {problem !== '' && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

interface EditOptions {
  readonly text: string;
  readonly version: string | undefined;
  readonly newest: string | undefined;
  readonly isBusy: boolean;
  readonly onSave: (value: Uint8Array, version: string | undefined) => void;
}

function Edit({ text, version, newest, isBusy, onSave }: EditOptions) {
  const [begun] = useState({ text, version }); // as it was when the editing began
  const [written, setWritten] = useState(text);
  const isOutdated = newest !== begun.version;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(new TextEncoder().encode(written), begun.version);
      }}
    >
      <label>
        Value
        <textarea
          rows={10}
          spellcheck={false}
          value={written}
          onInput={(event) => setWritten(event.currentTarget.value)}
        />
      </label>
      <p class="dim">
        {begun.version === undefined
          ? 'This store has no versions: the value is replaced, whatever it is.'
          : `It is saved only if the version is still ${begun.version}.`}
        {isOutdated && <strong> It has changed since: the version is {newest} now.</strong>}
      </p>
      <button class="main" disabled={isBusy}>
        Save
      </button>
    </form>
  );
}

interface CreateOptions {
  readonly parent: string;
  readonly modes: readonly string[];
  readonly isBusy: boolean;
  readonly onCreate: (path: string, value: Uint8Array, mode: string | undefined) => void;
}

function Create({ parent, modes, isBusy, onCreate }: CreateOptions) {
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [mode, setMode] = useState(modes[0]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onCreate(pathBelow(parent, name), new TextEncoder().encode(text), mode);
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
      <label>
        Value
        <textarea rows={4} spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {mode?.startsWith('ephemeral') === true && <p class="dim">It goes with the session of this dashboard.</p>}
      <button class="main" disabled={isBusy}>
        Create
      </button>
    </form>
  );
}

interface DeleteOptions {
  readonly path: string;
  readonly isBusy: boolean;
  readonly isFolder: boolean;
  readonly onDelete: (below: boolean) => void;
}

function Delete({ path, isBusy, isFolder, onDelete }: DeleteOptions) {
  return (
    <div class="confirm">
      <p>
        Delete <code>{path}</code>? This cannot be undone.
      </p>
      {!isFolder && (
        <button class="danger" disabled={isBusy} onClick={() => onDelete(false)}>
          Delete this node
        </button>
      )}
      <button class="danger" disabled={isBusy} onClick={() => onDelete(true)}>
        Delete it and all below
      </button>
    </div>
  );
}
