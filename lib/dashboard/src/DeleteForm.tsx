interface DeleteFormOptions {
  readonly path: string;
  readonly isBusy: boolean;
  readonly isFolder: boolean;
  readonly onDelete: (below: boolean) => void;
}

/** Asks before a node is deleted. */
export function DeleteForm({ path, isBusy, isFolder, onDelete }: DeleteFormOptions) {
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
