import { type Observable, defer } from 'rxjs';
import { bytes, knownKeys } from '../../core/check.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { type ItemOptions, putItem } from './putItem.js';

/**
 * Puts something into a queue, for `consume`. **Emits** the name of its key. **When the reply is lost**, it errors with
 * effect `'unknown'`, and the item may be there.
 *
 * An item with a priority is one for a queue in the order `'priority'`; give each item of such a queue one.
 */
export function enqueue(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  data: Uint8Array,
  options: ItemOptions = {}
): Observable<string> {
  return defer(() => {
    const { priority } = knownKeys('options', options, ['priority']);
    const order = priority === undefined ? 'arrival' : 'priority';
    return putItem(rawView(etcd), checkName(name), bytes('data', data), order, priority);
  });
}
