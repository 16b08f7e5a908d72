import { useState } from 'preact/hooks';
import type { AboutState, NodeState, Seen } from '../../cli/dash/types.js';
import { FactList } from './FactList.js';
import { NodeActions } from './NodeActions.js';
import { NodeValue } from './NodeValue.js';
import { StaleNote } from './StaleNote.js';
import { Table } from './Table.js';
import { Watchers } from './Watchers.js';
import { visible } from './format.js';
import { RIGHTS } from './rights.js';
import { server } from './server.js';
import { useSeen } from './useSeen.js';

interface NodePanelOptions {
  readonly path: string;
  readonly about: AboutState;
  readonly onPath: (path: string) => void;
}

/** A node: its value, facts and rights, who watches it, and the changes that may be made. */
export function NodePanel({ path, about, onPath }: NodePanelOptions) {
  const { state, error } = useSeen(() => server.value('node', path), [path]);
  return (
    <article class={state?.stale === true ? 'stale' : ''}>
      <Title path={path} />
      <StaleNote state={state} error={error} />
      {state === undefined ? <p class="waiting">Reading…</p> : <Node state={state} about={about} onPath={onPath} />}
    </article>
  );
}

/** The path, and a button that copies it. */
function Title({ path }: { readonly path: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(path);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div class="title">
      <h2>{visible(path)}</h2>
      <button onClick={() => void copy()}>{copied ? 'Copied' : 'Copy path'}</button>
    </div>
  );
}

interface NodeOptions extends Omit<NodePanelOptions, 'path'> {
  readonly state: Seen<NodeState>;
}

function Node({ state, about, onPath }: NodeOptions) {
  const { path, node, acl } = state;
  return (
    <>
      {node === undefined ? (
        <p class="note">{about.kind === 'zookeeper' ? 'There is no such node' : 'Only a part of longer keys'}</p>
      ) : (
        <>
          <NodeValue value={node.value} bytes={node.bytes} />
          <h3>Facts</h3>
          <FactList facts={node.facts} />
        </>
      )}
      {acl !== undefined && (
        <>
          <h3>Rights</h3>
          <Table
            label="rights"
            rows={acl.rights.map(({ scheme, id, perms }) => ({
              scheme,
              id,
              may: [...perms].map((letter) => RIGHTS[letter as keyof typeof RIGHTS] ?? letter).join(', '),
            }))}
          />
        </>
      )}
      {about.kind === 'zookeeper' && node !== undefined && <Watchers path={path} />}
      {about.mayWrite && <NodeActions key={path} path={path} state={state} about={about} onPath={onPath} />}
    </>
  );
}
