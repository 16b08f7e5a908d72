import { useEffect, useState } from 'preact/hooks';
import type { AboutState } from '../../cli/dash/types.js';
import type { LineState } from '../../bridge/browser/index.js';
import { Client } from './Client.js';
import { Locks } from './Locks.js';
import { Members } from './Members.js';
import { Refusal } from './Refusal.js';
import { Sessions } from './Sessions.js';
import { TreeView } from './TreeView.js';
import { isUnknown, secret, server } from './server.js';
import { useSeen } from './useSeen.js';

const VIEWS = ['tree', 'members', 'locks', 'sessions', 'client'] as const;
type View = (typeof VIEWS)[number];

/** The titles of the views. Etcd has leases where ZooKeeper has sessions; Arakoon has neither. */
function titleOf(view: View, kind: AboutState['kind']): string {
  if (view === 'sessions') return kind === 'etcd' ? 'Leases' : 'Sessions';
  return { tree: 'Tree', members: 'Servers', locks: 'Locks', client: 'Client' }[view];
}

function viewOfAddress(): View {
  return VIEWS.find((view) => location.hash === `#/${view}`) ?? 'tree';
}

/** The whole page. */
export function App() {
  const about = useSeen(() => (secret === '' ? undefined : server.value('about')), []);
  const line = useLine();
  const [view, setView] = useState(viewOfAddress);
  const [wanted, setWanted] = useState<string>(); // a path to show in the tree
  useEffect(() => {
    const follow = () => setView(viewOfAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  if (secret === '' || isUnknown(about.error)) return <Refusal hasSecret={secret !== ''} />;
  const { state } = about;
  if (state === undefined) return <p class="waiting">Connecting…</p>;
  const show = (next: View) => {
    history.replaceState(null, '', `#/${next}`);
    setView(next);
  };
  const reveal = (path: string) => {
    setWanted(path);
    show('tree');
  };
  const views = VIEWS.filter((each) => each !== 'sessions' || state.kind !== 'arakoon');
  return (
    <>
      <header class="top">
        <h1>
          <span class="brand">qrx</span> <span class="url">{state.url}</span>
        </h1>
        <span class={`badge ${state.mayWrite ? 'warn' : ''}`}>{state.mayWrite ? 'may write' : 'read only'}</span>
        <LineBadge line={line} />
        <nav aria-label="views">
          {views.map((each) => (
            <a href={`#/${each}`} aria-current={each === view ? 'page' : undefined}>
              {titleOf(each, state.kind)}
            </a>
          ))}
        </nav>
      </header>
      <main>
        <TreeView about={state} hidden={view !== 'tree'} wanted={wanted} onShown={() => setWanted(undefined)} />
        {view === 'members' && <Members />}
        {view === 'locks' && <Locks onPath={reveal} />}
        {view === 'sessions' && <Sessions title={titleOf(view, state.kind)} onPath={reveal} />}
        {view === 'client' && <Client />}
      </main>
    </>
  );
}

function useLine(): LineState {
  const [line, setLine] = useState<LineState>({ kind: 'idle' });
  useEffect(() => {
    const subscription = server.state$.subscribe(setLine);
    return () => subscription.unsubscribe();
  }, []);
  return line;
}

/** Whether the page has a line to the program that serves it. */
function LineBadge({ line }: { readonly line: LineState }) {
  const words = { idle: 'live', open: 'live', connecting: 'connecting', paused: 'paused', lost: 'qrx is gone' }[
    line.kind
  ];
  const style = { idle: 'good', open: 'good', connecting: '', paused: '', lost: 'bad' }[line.kind];
  return (
    <span role="status" class={`badge ${style}`}>
      {words}
    </span>
  );
}
