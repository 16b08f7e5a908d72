// The client by itself, with its counters taken out, and with everything that can look at its requests: what does it
// cost to count, and to look?
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { subscribe } from 'node:diagnostics_channel';
import { contenders } from './contenders.mjs';

const require = createRequire(import.meta.url);
export const COUNTED = 'ours uncoalesced';
export const UNCOUNTED = 'nothing counted';

const ours = (context, options) => contenders.ours({ ...context, coalesce: false, options });

/** By their names in the table. */
export const observed = {
  [UNCOUNTED]: (context) => {
    const { Meter } = require(resolve(context.build, 'chunks/connection.js'));
    Object.defineProperty(Meter.prototype, 'stamp', { get: () => 0 });
    Meter.prototype.ended = () => {};
    return ours(context);
  },
  [COUNTED]: (context) => ours(context),
  'stats$ subscribed to': async (context) => {
    const client = await ours(context);
    client.zk.stats$.subscribe();
    return client;
  },
  'a filter that changes nothing': (context) => ours(context, { use: [(_request, next) => next()] }),
  'a listener for each end of a request': (context) => {
    subscribe('quorum-rx:request:end', () => {});
    return ours(context);
  },
};
