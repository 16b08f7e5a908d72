import { type Observable, type Subject, map, take, tap } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { action } from '../../bridge/action.js';
import { BridgeError } from '../../bridge/shared/bridgeError.js';
import type { DashStore, SeenBranches } from './dashStore.js';
import { type Branch, OpenRows } from './openRows.js';
import { createIn, deleteIn, placeIn, setAclIn, setIn } from './requests.js';
import type { DashActions } from './dashboardBridge.js';

/**
 * The requests of a page. Without `mayWrite`, every change is refused.
 *
 * @param rights$ gets the path of a node whose rights are to be read again
 */
export function dashActions<B extends Branch>(
  { store }: Pick<DashStore<B>, 'store'>,
  tree$: Observable<SeenBranches<B>>,
  mayWrite: boolean,
  rights$: Subject<string>
): DashActions {
  const ifAllowed =
    <I>(check: (input: unknown) => I) =>
    (input: unknown): I => {
      if (mayWrite) return check(input);
      throw new BridgeError('FORBIDDEN', 'the dashboard was started without --write');
    };
  return {
    locate: action(placeIn, ({ open, ...place }) =>
      tree$.pipe(
        take(1),
        map(({ root }) => {
          const rows = root === undefined ? undefined : new OpenRows(root, open);
          const index = rows?.indexOf(place);
          return index === undefined ? undefined : { index, path: rows!.page(index, 1)[0]!.branch.path };
        })
      )
    ),
    set: action(ifAllowed(setIn), ({ path, value, version }) =>
      store.set(path, value, { version }).pipe(map(() => undefined))
    ),
    setAcl: action(ifAllowed(setAclIn), ({ path, rights, version }) => {
      if (store.setAcl === undefined) throw new UsageError('path', 'has no rights: the store is not ZooKeeper');
      const read = () => rights$.next(path); // also if they are refused: then they were others
      return store.setAcl(path, rights, { version }).pipe(tap({ complete: read, error: read }));
    }),
    create: action(ifAllowed(createIn), ({ path, value, mode }) => store.create(path, value, { mode, parents: true })),
    delete: action(ifAllowed(deleteIn), ({ path, version, below }) =>
      below ? store.deleteTree(path) : store.delete(path, { version })
    ),
  };
}
