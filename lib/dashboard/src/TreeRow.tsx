import { useEffect, useRef } from 'preact/hooks';
import type { Row } from '../../cli/dash/types.js';
import { count, size, visible } from './format.js';

interface TreeRowOptions {
  readonly index: number;
  readonly row: Row | undefined;
  readonly isActive: boolean;
  readonly top: number;
  readonly onToggle: (path: string) => void;
  readonly onSelect: (path: string) => void;
}

/** Deeper levels are not moved further to the right: their names would leave the picture. */
const DEEPEST = 14;

/** A row of the tree. It lights up for a moment when its node has changed. */
export function TreeRow({ index, row, isActive, top, onToggle, onSelect }: TreeRowOptions) {
  const element = useRef<HTMLDivElement>(null);
  const last = useRef(row?.version);
  useEffect(() => {
    const changed = last.current !== undefined && row !== undefined && last.current !== row.version;
    last.current = row?.version;
    if (!changed || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const colour = getComputedStyle(element.current!).getPropertyValue('--flash');
    element.current!.animate([{ backgroundColor: colour }, {}], { duration: 900 });
  }, [row?.version]);
  if (row === undefined) return <div class="row" style={{ top: `${top}px` }} role="presentation" />;
  const indent = Math.min(row.level - 1, DEEPEST) * 14;
  return (
    <div
      ref={element}
      id={`row-${index}`}
      class={`row ${row.kind} ${isActive ? 'active' : ''}`}
      style={{ top: `${top}px`, paddingLeft: `${indent + 4}px` }}
      role="treeitem"
      aria-level={row.level}
      aria-setsize={row.siblings}
      aria-posinset={row.place}
      aria-expanded={row.children > 0 ? row.isOpen : undefined}
      aria-selected={isActive}
      onClick={() => onSelect(row.path)}
      onDblClick={() => row.children > 0 && onToggle(row.path)}
    >
      <span
        class={`knob ${row.children === 0 ? 'none' : row.isOpen ? 'open' : ''}`}
        aria-hidden
        onClick={(event) => {
          event.stopPropagation();
          if (row.children > 0) onToggle(row.path);
        }}
      />
      <span class="name">{row.path === '/' ? '/' : row.name === '' ? '(empty)' : visible(row.name)}</span>
      {row.kind === 'ephemeral' && <span class="tag">ephemeral</span>}
      <span class="about">
        {row.children > 0 ? <span class="children">{count(row.children)}</span> : row.bytes > 0 ? size(row.bytes) : ''}
      </span>
    </div>
  );
}
