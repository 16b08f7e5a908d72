import { type Observable, map, take } from 'rxjs';
import { action } from '../../bridge/action.js';
import { BridgeError } from '../../bridge/shared/bridgeError.js';
import type { DashStore, SeenBranches } from './dashStore.js';
import { type Branch, OpenRows } from './openRows.js';
import { createIn, deleteIn, placeIn, setIn } from './requests.js';
import type { DashActions } from './dashboardBridge.js';

/** The requests of a page. Without `mayWrite`, every change is refused. */
export function dashActions<B extends Branch>(
  { store }: Pick<DashStore<B>, 'store'>,
  tree$: Observable<SeenBranches<B>>,
  mayWrite: boolean
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
    create: action(ifAllowed(createIn), ({ path, value, mode }) => store.create(path, value, { mode, parents: true })),
    delete: action(ifAllowed(deleteIn), ({ path, version, below }) =>
      below ? store.deleteTree(path) : store.delete(path, { version })
    ),
  };
}
