import { EMPTY, catchError, throwError } from 'rxjs';
import { type CoordinationError, type Transaction, copyTree } from '../../../lib/index.js';
import type { Actor, Fact } from '../../../lib/testing/index.js';
import { atLast } from './goingOn.js';

const SOURCE = ['/original', '/original/a', '/original/a/x', '/original/a/y', '/original/b'];
const copies: Fact<{ next: number }> = { initial: () => ({ next: 0 }) };

/** Copies a tree that nobody changes, to one place after another. */
export const copier: Actor = {
  name: 'copier',
  start(stage) {
    const { zk, world } = stage;
    const original$ = SOURCE.reduce(
      (all: Transaction<readonly unknown[]>, path) => all.create(path, Buffer.from(path)),
      zk.transaction()
    ).commit();
    atLast(stage, () =>
      original$.pipe(
        catchError((error: CoordinationError) => (error.code === 'NODE_EXISTS' ? EMPTY : throwError(() => error)))
      )
    );
    stage.every(3000, () => {
      const to = `/copies/${stage.get(copies).next++}`;
      const complete = () => {
        const made = world.server.tree(to);
        const wrong = SOURCE.find((path) => String(made.get(path.replace('/original', to))?.data) !== path);
        if (wrong !== undefined && !world.lostData) stage.violated('a copy is whole', `${to}: ${wrong}`);
      };
      const overwrite = () => stage.follow(copyTree(zk, '/original', to, { overwrite: true }), { complete });
      stage.follow(copyTree(zk, '/original', to), { complete, error: () => stage.after(200, overwrite) });
    });
  },
};
