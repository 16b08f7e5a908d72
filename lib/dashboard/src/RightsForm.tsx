import { useState } from 'preact/hooks';
import type { Rights, RightsAtNode } from '../../cli/stores/rights.js';
import { RIGHTS } from './rights.js';
import { VersionNote } from './VersionNote.js';

interface RightsFormOptions {
  readonly acl: RightsAtNode;
  readonly isBusy: boolean;
  readonly onSave: (rights: readonly Rights[], version: string) => void;
}

const NEW: Rights = { scheme: 'auth', id: '', perms: 'cdrwa' };
const HINTS: Readonly<Record<string, string>> = {
  world: 'anyone',
  auth: 'empty: the identities of this dashboard',
  digest: 'USER:HASH',
  ip: '10.0.0.0/8',
};

/** A change of the rights at a node. It depends on the version that they had when the editing began. */
export function RightsForm({ acl, isBusy, onSave }: RightsFormOptions) {
  const [begin] = useState(acl.version);
  const [rights, setRights] = useState(acl.rights);
  const put = (at: number, right: Partial<Rights>) =>
    setRights(rights.map((each, i) => (i === at ? { ...each, ...right } : each)));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(rights, begin);
      }}
    >
      <datalist id="schemes">
        {['world', 'auth', 'digest', 'ip', 'sasl', 'x509'].map((scheme) => (
          <option value={scheme} />
        ))}
      </datalist>
      {rights.map((right, i) => (
        <fieldset class="identity">
          <legend>Identity {i + 1}</legend>
          <label>
            Scheme
            <input
              value={right.scheme}
              list="schemes"
              required
              onInput={(event) => put(i, { scheme: event.currentTarget.value })}
            />
          </label>
          <label>
            Id
            <input
              value={right.id}
              placeholder={HINTS[right.scheme] ?? ''}
              spellcheck={false}
              onInput={(event) => put(i, { id: event.currentTarget.value })}
            />
          </label>
          <Letters perms={right.perms} onPerms={(perms) => put(i, { perms })} />
          <button
            type="button"
            disabled={rights.length === 1}
            aria-label={`Remove identity ${i + 1}`}
            onClick={() => setRights(rights.filter((_, other) => other !== i))}
          >
            Remove
          </button>
        </fieldset>
      ))}
      <button type="button" onClick={() => setRights([...rights, NEW])}>
        Add an identity
      </button>
      {!rights.some(({ perms }) => perms.includes('a')) && (
        <p class="note bad">Nobody has the right “admin”: only a superuser could change the rights again.</p>
      )}
      <VersionNote begun={begin} newest={acl.version} of="rights" />
      <button class="main" disabled={isBusy}>
        Save rights
      </button>
    </form>
  );
}

function Letters({ perms, onPerms }: { readonly perms: string; readonly onPerms: (perms: string) => void }) {
  const letters = Object.entries(RIGHTS);
  const toggled = (letter: string) =>
    letters
      .map(([each]) => each)
      .filter((each) => perms.includes(each) !== (each === letter))
      .join('');
  return (
    <span class="letters" role="group" aria-label="may">
      {letters.map(([letter, name]) => (
        <label>
          <input type="checkbox" checked={perms.includes(letter)} onChange={() => onPerms(toggled(letter))} />
          {name}
        </label>
      ))}
    </span>
  );
}
