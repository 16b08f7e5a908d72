import { describe, expect, it } from '@jest/globals';
import type { NodeEvent } from '../../../lib/zookeeper/protocol/event.js';
import type { Wants } from '../../../lib/zookeeper/session/watchedPath.js';
import { WatchRegistry } from '../../../lib/zookeeper/session/watchRegistry.js';

/** A registry, and what it asks for and tells. */
function stage() {
  const wire: string[] = [];
  const registry = new WatchRegistry({
    arm: ({ path }) => void wire.push(`+${path}`),
    disarm: ({ path }) => void wire.push(`-${path}`),
  });
  const told: string[] = [];
  const watch = (path: string, wants: Wants, name = '') => {
    const watcher = { wants, event: ({ type, path: at }: NodeEvent) => void told.push(`${name}${type} ${at}`) };
    return { watcher, entry: registry.add(path, watcher) };
  };
  return { registry, wire, told, watch };
}

describe('the watches of a client', () => {
  it('are one per path on the wire, until the last one leaves', () => {
    const { registry, wire, watch } = stage();
    const first = watch('/a', { data: true });
    const second = watch('/a', { data: true });
    registry.remove(first.entry, first.watcher);
    expect(wire).toEqual(['+/a']);
    registry.remove(second.entry, second.watcher);
    registry.remove(second.entry, second.watcher);
    expect(wire).toEqual(['+/a', '-/a']);
    expect(registry.size).toBe(0);
  });

  it('are armed again when more is of interest than a one-shot watch reports', () => {
    const { wire, watch } = stage();
    watch('/a', { data: true });
    watch('/a', { children: true }).entry.persistent = true;
    watch('/a', { data: true, children: true });
    expect(wire).toEqual(['+/a', '+/a']);
  });

  it('tell everybody at the path, and arm a one-shot watch again before they read', () => {
    const { registry, wire, told, watch } = stage();
    watch('/a', { data: true }, '1 ');
    watch('/a', { data: true }, '2 ');
    registry.dispatch({ type: 'dataChanged', path: '/a' });
    registry.dispatch({ type: 'dataChanged', path: '/nobody' });
    expect(told).toEqual(['1 dataChanged /a', '2 dataChanged /a']);
    expect(wire).toEqual(['+/a', '+/a']);
  });

  it('that are recursive hear of everything below, on a component boundary', () => {
    const { registry, told, watch } = stage();
    watch('/app', { recursive: true });
    for (const path of ['/app', '/app/x', '/app/x/y', '/application', '/'])
      registry.dispatch({ type: 'created', path });
    expect(told).toEqual(['created /app', 'created /app/x', 'created /app/x/y']);
  });

  it('below a recursive one learn of their children from what happens to these', () => {
    const { registry, told, watch } = stage();
    watch('/app', { recursive: true }, 'tree ');
    watch('/app', { children: true }, 'list ');
    registry.dispatch({ type: 'deleted', path: '/app/x' });
    expect(told).toContain('list childrenChanged /app');
    registry.dispatch({ type: 'dataChanged', path: '/app/x' });
    expect(told.filter((line) => line.startsWith('list childrenChanged'))).toHaveLength(1);
  });

  it('that outlive a recursive one are armed by themselves, and hear of their children as before until then', () => {
    const { registry, wire, told, watch } = stage();
    const list = watch('/app', { children: true });
    const tree = watch('/app', { recursive: true });
    registry.remove(tree.entry, tree.watcher);
    expect(wire).toEqual(['+/app', '+/app', '+/app']);
    registry.dispatch({ type: 'created', path: '/app/x' });
    expect(told).toEqual(['childrenChanged /app']);
    registry.rearming(7n);
    registry.dispatch({ type: 'created', path: '/app/y' });
    expect(told).toEqual(['childrenChanged /app']);
    registry.remove(list.entry, list.watcher);
    expect([wire.at(-1), registry.size]).toEqual(['-/app', 0]);
  });

  it('are set again by what was known of each node', () => {
    const { registry, watch } = stage();
    watch('/data', { data: true }).entry.exists = true;
    watch('/list', { children: true }).entry.exists = true;
    watch('/both', { data: true, children: true }).entry.exists = true;
    watch('/gone', { children: true }).entry.exists = false;
    const { entry: fresh } = watch('/new', { data: true });
    const { entry: tree } = watch('/tree', { recursive: true });
    expect(registry.rearming(7n)).toEqual({
      oneShot: { zxid: 7n, data: ['/data', '/both'], exist: ['/gone'], children: ['/list', '/both'] },
      direct: [fresh, tree],
    });
  });

  it('know from events whether a node exists', () => {
    const { registry, watch } = stage();
    const { entry } = watch('/a', { data: true });
    registry.dispatch({ type: 'created', path: '/a' });
    expect(entry.exists).toBe(true);
    registry.dispatch({ type: 'deleted', path: '/a' });
    expect(entry.exists).toBe(false);
  });
});
