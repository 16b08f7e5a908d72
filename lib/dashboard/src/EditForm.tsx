import { useState } from 'preact/hooks';
import { VersionNote } from './VersionNote.js';
import { ValueField } from './ValueField.js';
import { begun, bytesOf } from './writtenValue.js';

interface EditFormOptions {
  /** `undefined`: not all of it is here, or it may not be read. */
  readonly value: Uint8Array | undefined;
  readonly version: string | undefined;
  readonly isBusy: boolean;
  /** @param valueOf the value; throws an `Error` with words for a person */
  readonly onSave: (valueOf: () => Uint8Array, version: string | undefined) => void;
}

/** A change of a value. It depends on the version that was there when the editing began. */
export function EditForm({ value, version, isBusy, onSave }: EditFormOptions) {
  const [begin] = useState(version);
  const [written, setWritten] = useState(() => begun(value));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(() => bytesOf(written), begin);
      }}
    >
      {value === undefined && (
        <p class="dim">The page does not have the whole value. What you save replaces all of it.</p>
      )}
      <ValueField written={written} rows={10} onWritten={setWritten} />
      <VersionNote begun={begin} newest={version} />
      <button class="main" disabled={isBusy}>
        Save
      </button>
    </form>
  );
}
