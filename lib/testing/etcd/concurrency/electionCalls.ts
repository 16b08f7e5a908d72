import { equalBytes } from '../../../bytes/equalBytes.js';
import { streaming, unary } from '../call/served.js';
import { lineOf, sessionLease, standing, takePlace, untilFirst } from './place.js';
import * as methods from './methods.js';
import { Observer } from './observer.js';
import { ownTxn, unknown } from './ownCalls.js';

const NO_LEADER_KEY = unknown('"leader" field must be provided');

const campaign = unary(methods.campaign, true, (ground, { name, lease: asked, value }) => {
  const lease = sessionLease(ground, asked);
  const place = takePlace(ground, name, lease, value);
  const { key, revision: rev, header } = place;
  if (place.value !== undefined && !equalBytes(place.value, value)) announce(ground, { key, rev, lease }, value);
  return (reply) =>
    untilFirst(ground, lineOf(name), place, () => reply.answer({ header, leader: { name, key, rev, lease } }));
});

const proclaim = unary(methods.proclaim, true, (ground, { leader, value }) => {
  if (leader === undefined) throw NO_LEADER_KEY;
  const { key, rev } = leader;
  return { header: announce(ground, { key, rev, lease: sessionLease(ground, leader.lease) }, value) };
});

const leaderOf = unary(methods.leaderOf, true, (ground, { name }) => {
  const { core, member, user } = ground;
  const line = lineOf(name);
  core.auth.permit(user, 'read', line);
  const [kv] = standing(ground, line);
  if (kv === undefined) throw unknown('election: no leader');
  return { header: core.header(member), kv };
});

const resign = unary(methods.resign, true, (ground, { leader }) => {
  if (leader === undefined) throw NO_LEADER_KEY;
  const { key, rev } = leader;
  sessionLease(ground, leader.lease);
  const { header } = ownTxn(ground, { compare: [isOwn(key, rev)], success: [{ requestDeleteRange: { key } }] });
  return { header };
});

const observe = streaming(methods.observe, (ground, answers) => new Observer(ground, answers));

/** Calls of the service for elections. */
export const electionCalls = [campaign, proclaim, leaderOf, observe, resign];

const isOwn = (key: Uint8Array, createRevision: number) => ({ key, target: 'create', createRevision }) as const;

/** Writes the value of a leader, or of a candidate. */
function announce(
  ground: Parameters<typeof ownTxn>[0],
  { key, rev, lease }: { readonly key: Uint8Array; readonly rev: number; readonly lease: bigint },
  value: Uint8Array
) {
  const { succeeded, header } = ownTxn(ground, {
    compare: [isOwn(key, rev)],
    success: [{ requestPut: { key, value, lease } }],
  });
  if (succeeded !== true) throw unknown('election: not leader');
  return header;
}
