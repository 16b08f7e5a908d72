import { useState } from 'preact/hooks';
import type { AboutState } from '../../cli/dash/types.js';
import { Found } from './Found.js';
import { NodePanel } from './NodePanel.js';
import { Tree } from './Tree.js';

interface TreeViewOptions {
  readonly about: AboutState;
  /** It stays there when another view is shown, as it was. */
  readonly hidden: boolean;
  readonly wanted: string | undefined;
  readonly onShown: () => void;
}

/** The tree with a search, and beside it the node that is selected. On a narrow screen one of both is in view. */
export function TreeView({ about, hidden, wanted, onShown }: TreeViewOptions) {
  const [selected, setSelected] = useState('/');
  const [inView, setInView] = useState<'tree' | 'node'>('tree');
  const [text, setText] = useState('');
  const [found, setFound] = useState<string>(); // a path of the search
  return (
    <div class={`split ${inView}`} hidden={hidden}>
      <section class="left" aria-label="tree">
        <input
          type="search"
          aria-label="search"
          placeholder="Search in all paths"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {text.trim() !== '' && (
          <Found
            text={text}
            onPath={(path) => {
              setFound(path);
              setText('');
            }}
          />
        )}
        <Tree
          hidden={hidden}
          selected={selected}
          onSelect={(path, explicit) => {
            setSelected(path);
            if (explicit) setInView('node');
          }}
          wanted={found ?? wanted}
          onShown={() => (found === undefined ? onShown() : setFound(undefined))}
        />
      </section>
      <section class="right" aria-label="node">
        <button class="back" onClick={() => setInView('tree')}>
          ‹ Tree
        </button>
        {!hidden && <NodePanel key={selected} path={selected} about={about} onPath={setFound} />}
      </section>
    </div>
  );
}
