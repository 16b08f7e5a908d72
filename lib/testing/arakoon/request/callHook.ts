import type { UserHookRequest } from '../../../arakoon/protocol/ops/admin.js';
import { Rc, fail } from '../failure.js';
import { bytesOf, keyOf } from '../../host/keyOf.js';
import { asReader } from './check.js';
import { ANSWERING, type RequestContext } from './requestContext.js';

const asKey = (key: string | Uint8Array) => keyOf(Buffer.from(key as string));

/** Hands the connection to a hook, for so long as it listens. */
export function callHook({ consistency, name }: UserHookRequest, turn: RequestContext): typeof ANSWERING {
  const { host, store } = turn.node;
  asReader(turn.node, consistency);
  if (!Object.hasOwn(host.settings.userHooks, name)) fail(Rc.userHookNotFound, name);
  host.settings.userHooks[name]!({
    get: (key) => store.keys.get(asKey(key)) ?? null,
    keys: (prefix = '') => store.keys.withPrefix(asKey(prefix)).map(bytesOf),
    write: (bytes) => turn.send(bytes),
    listen: (listener) => turn.takeOver(listener),
    end: () => turn.end(),
  });
  turn.done();
  return ANSWERING;
}
