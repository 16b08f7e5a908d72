import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import type { Observable } from 'rxjs';
import type { CoordinationError, ZooKeeper } from '../../lib/index.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

const warnings: string[] = [];
const note = (warning: Error) => void warnings.push(warning.name);
beforeEach(() => void process.on('warning', note));
afterEach(() => {
  process.off('warning', note);
  warnings.length = 0;
});

const requests: readonly (readonly [string, (zk: ZooKeeper, signal: AbortSignal) => Observable<unknown>])[] = [
  ['get', (zk, signal) => zk.get('/', { signal })],
  ['get, synced', (zk, signal) => zk.get('/', { signal, read: 'sync' })],
  ['create', (zk, signal) => zk.create('/a', null, { signal, protect: true, parents: true })],
  ['a view', (zk, signal) => zk.with({ signal }).exists('/')],
  ['commit', (zk, signal) => zk.transaction().check('/').commit({ signal })],
];

it.each(requests)(
  'has one listener for any number of requests, none once they are over, and ends them all: %s',
  async (_, ask) => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    world.after(100);
    const controller = new AbortController();
    const codes: string[] = [];
    const run = () =>
      Array.from({ length: 50 }, () =>
        ask(zk, controller.signal).subscribe({ error: ({ code }: CoordinationError) => codes.push(code) })
      );
    run();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    world.after(1000);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    codes.length = 0;
    run();
    controller.abort();
    expect(codes).toEqual(Array<string>(50).fill('ABORTED'));
    await new Promise((resolve) => void setImmediate(resolve)); // Node warns in a later turn
    expect(warnings).toEqual([]);
  }
);

it('does not let a request out when it has aborted before', () => {
  const world = new VirtualWorld();
  const { zk } = world.client();
  world.after(100);
  const errors: CoordinationError[] = [];
  zk.create('/never', null, { signal: AbortSignal.abort() }).subscribe({
    error: (error: CoordinationError) => errors.push(error),
  });
  world.after(100);
  expect(errors).toMatchObject([{ code: 'ABORTED', effect: 'none', path: '/never', operation: 'create' }]);
  expect(world.children('/')).not.toContain('never');
});
