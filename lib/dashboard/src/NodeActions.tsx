import { useRef, useState } from 'preact/hooks';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import type { AboutState, NodeState } from '../../cli/dash/types.js';
import { CreateForm } from './CreateForm.js';
import { DeleteForm } from './DeleteForm.js';
import { EditForm } from './EditForm.js';
import { RightsForm } from './RightsForm.js';
import { server } from './server.js';

interface NodeActionsOptions {
  readonly path: string;
  readonly state: NodeState;
  readonly about: AboutState;
  readonly onPath: (path: string) => void;
}

type Form = 'edit' | 'rights' | 'create' | 'delete';

/** What an error means for the person who has asked for a change. */
function words(error: unknown): string {
  const { code, effect, message } = error as { code?: string; effect?: string; message: string };
  if (effect === 'unknown') return 'The answer is lost: the change was made, or not. Look before you try again.';
  const known: Readonly<Record<string, string>> = {
    BAD_VERSION: 'Refused: it was changed or deleted since you began. What you wrote is still here.',
    NODE_EXISTS: 'Refused: there is such a node already.',
    NO_NODE: 'Refused: there is no such node.',
    NO_AUTH: 'Refused: this identity may not do that.',
    NOT_EMPTY: 'Refused: there are nodes below it.',
    INVALID_ACL: 'Refused: the server does not take these rights. Perhaps an id does not fit its scheme.',
  };
  return known[code ?? ''] ?? message;
}

/** Forms that change a node. Each change depends on the version that was seen, where the store has versions. */
export function NodeActions({ path, state: { node, acl }, about, onPath }: NodeActionsOptions) {
  const section = useRef<HTMLElement>(null);
  const [form, setForm] = useState<Form>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const exists = node?.exists === true;
  const isWhole = node?.value !== undefined && node.bytes === (node.value?.length ?? 0);
  const { version } = node ?? {};
  const close = () => {
    section.current?.querySelector<HTMLButtonElement>('[aria-expanded=true]')?.focus(); // not lost with the form
    setForm(undefined);
    setProblem('');
  };
  const run = async <T,>(change: () => Promise<T>, then: (result: T) => void = () => {}) => {
    setBusy(true);
    setProblem('');
    try {
      const result = await change();
      close();
      then(result);
    } catch (error) {
      setProblem(words(error));
    }
    setBusy(false);
  };
  const opener = (name: Form, title: string, kind = '') => (
    <button
      class={kind}
      aria-expanded={form === name}
      onClick={() => {
        setForm(form === name ? undefined : name);
        setProblem('');
      }}
    >
      {title}
    </button>
  );
  const none = { defaultValue: undefined };
  return (
    <section
      ref={section}
      class="actions"
      aria-label="changes"
      onKeyDown={({ key }) => key === 'Escape' && form !== undefined && close()}
    >
      <div class="buttons">
        {exists && opener('edit', 'Edit value')}
        {acl !== undefined && opener('rights', 'Edit rights')}
        {opener('create', 'Create below')}
        {path !== '/' && opener('delete', 'Delete', 'danger')}
      </div>
      {form === 'edit' && (
        <EditForm
          value={isWhole ? (node.value ?? new Uint8Array(0)) : undefined}
          version={version}
          isBusy={isBusy}
          onSave={(valueOf, seen) =>
            void run(async () => lastValueFrom(server.run('set', { path, value: valueOf(), version: seen }), none))
          }
        />
      )}
      {form === 'rights' && acl !== undefined && (
        <RightsForm
          acl={acl}
          isBusy={isBusy}
          onSave={(rights, seen) =>
            void run(() => lastValueFrom(server.run('setAcl', { path, rights, version: seen }), none))
          }
        />
      )}
      {form === 'create' && (
        <CreateForm
          parent={path}
          modes={about.modes}
          isBusy={isBusy}
          onCreate={(below, valueOf, mode) =>
            void run(async () => firstValueFrom(server.run('create', { path: below, value: valueOf(), mode })), onPath)
          }
        />
      )}
      {form === 'delete' && (
        <DeleteForm
          path={path}
          isBusy={isBusy}
          isFolder={!exists}
          onDelete={(below) =>
            void run(() =>
              lastValueFrom(server.run('delete', { path, below, version: below ? undefined : version }), none)
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
