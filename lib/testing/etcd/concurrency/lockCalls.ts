import { unary } from '../call/served.js';
import { NO_BYTES } from '../store/keySpace.js';
import { lineOf, sessionLease, standing, takePlace, untilFirst } from './place.js';
import * as methods from './methods.js';
import { ownDelete, unknown } from './ownCalls.js';

const lock = unary(methods.lock, true, (ground, { name, lease }) => {
  const { core, member } = ground;
  const place = takePlace(ground, name, sessionLease(ground, lease), NO_BYTES);
  const line = lineOf(name);
  return (reply) =>
    untilFirst(ground, line, place, () => {
      const isThere = standing(ground, line).some(({ createRevision }) => createRevision === place.revision);
      if (isThere) reply.answer({ header: core.header(member), key: place.key });
      else reply.refuse(unknown('mutex: session is expired'));
    });
});

const unlock = unary(methods.unlock, true, (ground, { key }) => {
  const { header } = ownDelete(ground, { key });
  return { header };
});

/** Calls of the service for locks. */
export const lockCalls = [lock, unlock];
