import type { V2Change } from '../store/v2Change.js';
import { V2Refusal } from '../v2Refusal.js';
import type { GoForm } from './goForm.js';

/** A request about keys, as it was meant. */
export type KeysRequest =
  | { readonly kind: 'wait'; readonly recursive: boolean; readonly stream: boolean; readonly since: number }
  /** The member answers alone. */
  | { readonly kind: 'read'; readonly change: V2Change }
  /** The members agree. */
  | { readonly kind: 'agree'; readonly change: V2Change };

const SECOND = 1000;

/** Reads the fields of a request about a key. Throws a refusal of the first that is wrong, in etcd's order. */
export function keysRequest(method: string, key: string, form: GoForm, now: number): KeysRequest {
  const prevIndex = form.number('prevIndex', 203);
  const since = form.number('waitIndex', 203);
  const [recursive, sorted, wait, dir, quorum, stream] = [
    ...(['recursive', 'sorted', 'wait', 'dir', 'quorum', 'stream'] as const),
  ].map((name) => form.flag(name)) as [boolean, boolean, boolean, boolean, boolean, boolean];
  if (wait && method !== 'GET') throw new V2Refusal(209, '"wait" can only be used with GET requests');
  const prevValue = form.text('prevValue');
  if (form.has('prevValue') && prevValue === '') throw new V2Refusal(201, '"prevValue" cannot be empty');
  form.flag('noValueOnSuccess');
  const expires = form.text('ttl') === '' ? undefined : now + form.number('ttl', 202) * SECOND;
  const prevExist = form.has('prevExist') ? form.flag('prevExist', 'invalid value for prevExist') : undefined;
  const refresh = form.flag('refresh', 'invalid value for refresh');
  const value = form.text('value');
  if (refresh && value !== '') throw new V2Refusal(211, 'A value was provided on a refresh');
  if (refresh && expires === undefined) throw new V2Refusal(212, 'No TTL value set');

  const stored = { key, value, dir, expires, refresh };
  const compares = prevIndex > 0 || prevValue !== '';
  const agree = (change: V2Change) => ({ kind: 'agree', change }) as const;
  switch (method) {
    case 'PUT':
      if (prevExist === false) return agree({ kind: 'create', ...stored });
      if (compares) return agree({ kind: 'compareAndSwap', ...stored, prevValue, prevIndex });
      return agree({ kind: prevExist === true ? 'update' : 'set', ...stored });
    case 'POST':
      return agree({ kind: 'createInOrder', ...stored });
    case 'DELETE':
      if (compares) return agree({ kind: 'compareAndDelete', key, prevValue, prevIndex });
      return agree({ kind: 'delete', key, dir, recursive });
    default: {
      const change = { kind: 'get', key, recursive, sorted } as const;
      if (quorum && method === 'GET') return agree(change);
      return wait ? { kind: 'wait', recursive, stream, since } : { kind: 'read', change };
    }
  }
}
