interface VersionNoteOptions {
  /** The version when the editing began. */
  readonly begun: string | undefined;
  readonly newest: string | undefined;
  /** What has the version. */
  readonly of?: string;
}

/** Says on which version a change depends, and whether it is outdated already. */
export function VersionNote({ begun, newest, of = 'value' }: VersionNoteOptions) {
  return (
    <p class="dim">
      {begun === undefined
        ? 'This store has no versions: the value is replaced, whatever it is.'
        : `It is saved only if the version of the ${of} is still ${begun}.`}
      {newest !== begun && <strong> It has changed since: the version is {newest} now.</strong>}
    </p>
  );
}
