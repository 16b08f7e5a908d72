import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { firstValueFrom } from 'rxjs';
import { parentOf } from '../../cli/dash/namesOf.js';
import type { Row } from '../../cli/dash/types.js';
import { StaleNote } from './StaleNote.js';
import { TreeRow } from './TreeRow.js';
import { count, counted } from './format.js';
import { server } from './server.js';
import { useRows } from './useRows.js';

/** The height of a row in pixels, as the style sheet has it. */
const ROW = 28;
/** Rows beyond the edges that are there already when they are scrolled to. */
const BEYOND = 12;
/** Milliseconds in which letters make one word. */
const TYPING = 700;

interface TreeOptions {
  readonly hidden: boolean;
  readonly selected: string;
  /** `explicit`: by a click or by Enter, and not only on the way. */
  readonly onSelect: (path: string, explicit: boolean) => void;
  /** A path to bring into view. */
  readonly wanted: string | undefined;
  readonly onShown: () => void;
}

/** The tree of the store as a list of rows, of which only those in view exist. */
export function Tree({ hidden, selected, onSelect, wanted, onShown }: TreeOptions) {
  const [open, setOpen] = useState<readonly string[]>(['/']);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [index, setIndex] = useState(0); // of the active row
  const list = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', time: 0 });
  const first = Math.floor(top / ROW);
  const last = first + Math.ceil(height / ROW);
  const rows = useRows(open, first - BEYOND, last + BEYOND);
  const total = rows.tree?.total ?? 0;
  const opened = useMemo(() => new Set(open), [open]);

  useLayoutEffect(() => {
    const box = list.current!;
    const observer = new ResizeObserver(() => {
      if (box.clientHeight > 0) setHeight(box.clientHeight);
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  // the active row stays the same node when others come and go above it
  const pending = useRef<number | undefined>(undefined); // an index to select when its row is there
  const centred = useRef<number | undefined>(undefined); // an index to scroll to when there are so many rows
  const at = pending.current ?? rows.indexOf(selected) ?? index;
  useEffect(() => setIndex(at), [at]);

  const scrollTo = (to: number, centred = false) => {
    const box = list.current!;
    const [above, below] = [to * ROW, (to + 1) * ROW - box.clientHeight];
    if (centred && (box.scrollTop > above || box.scrollTop < below)) box.scrollTop = above - box.clientHeight / 2;
    else if (box.scrollTop > above) box.scrollTop = above;
    else if (box.scrollTop < below) box.scrollTop = below;
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(total - 1, to));
    setIndex(next);
    scrollTo(next);
    const row = rows.at(next);
    pending.current = row === undefined ? next : undefined;
    if (row !== undefined) onSelect(row.path, false);
  };
  useEffect(() => {
    if (centred.current !== undefined && centred.current < total) {
      scrollTo(centred.current, true);
      centred.current = undefined;
    }
    const row = pending.current === undefined ? undefined : rows.at(pending.current);
    if (row === undefined) return;
    pending.current = undefined;
    onSelect(row.path, false);
  });
  const locate = (path: string, letters?: string, from = open) =>
    firstValueFrom(server.run('locate', { open: from, path, typed: letters })).catch(() => undefined);
  const goTo = async (path: string, letters?: string) => {
    const found = await locate(path, letters);
    if (found === undefined) return;
    setIndex(found.index);
    scrollTo(found.index);
    onSelect(found.path, false);
  };
  const toggle = (path: string) =>
    setOpen(opened.has(path) ? open.filter((each) => each !== path) : [...open, path].sort());

  useEffect(() => {
    if (wanted === undefined || hidden) return;
    const above = new Set(open);
    for (let path = wanted; path !== '/';) above.add((path = parentOf(path).parent));
    const next = [...above].sort();
    if (next.length > open.length) setOpen(next);
    let isWanted = true;
    void locate(wanted, undefined, next).then((found) => {
      if (!isWanted) return;
      if (found !== undefined) {
        centred.current = found.index;
        setIndex(found.index);
      }
      onSelect(wanted, true);
      onShown();
    });
    return () => {
      isWanted = false;
    };
  }, [wanted, hidden]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = rows.at(at);
    const page = Math.max(1, Math.floor(height / ROW) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: total - 1,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      typed.current.text = '';
      move(step);
    } else if (row === undefined) return;
    else if (event.key === 'ArrowRight') {
      if (row.children > 0 && !opened.has(row.path)) toggle(row.path);
      else if (row.isOpen) move(at + 1);
    } else if (event.key === 'ArrowLeft') {
      if (row.isOpen && opened.has(row.path)) toggle(row.path);
      else if (!row.isOpen) void goTo(parentOf(row.path).parent);
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(row.path, true);
    else if (event.key.length === 1) {
      const { text, time } = typed.current;
      const now = performance.now();
      typed.current = { text: now - time < TYPING ? text + event.key : event.key, time: now };
      void goTo(row.path, typed.current.text);
    } else return;
    event.preventDefault();
  };

  const shown: (readonly [number, Row | undefined])[] = [];
  for (let i = Math.max(0, first - BEYOND); i < Math.min(total, last + BEYOND); i++) shown.push([i, rows.at(i)]);
  return (
    <>
      <StaleNote state={rows.tree} error={rows.error} />
      <div
        ref={list}
        class={`tree ${rows.tree?.stale === true ? 'stale' : ''}`}
        role="tree"
        aria-label="nodes"
        aria-activedescendant={rows.at(at) === undefined ? undefined : `row-${at}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        {rows.tree === undefined && <p class="waiting">Reading the tree…</p>}
        <div class="rows" role="presentation" style={{ height: `${total * ROW}px` }}>
          {shown.map(([i, row]) => (
            <TreeRow
              key={row?.path ?? i}
              index={i}
              row={row}
              isActive={i === at}
              top={i * ROW}
              onToggle={toggle}
              onSelect={(path) => {
                setIndex(i);
                onSelect(path, true);
              }}
            />
          ))}
        </div>
      </div>
      <p class="foot" aria-live="off">
        {rows.tree === undefined ? '' : `${counted(rows.tree.size, 'node')}, ${count(total)} shown`}
      </p>
    </>
  );
}
