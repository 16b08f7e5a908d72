import { Code, refuse } from '../refusal.js';
import { optionalPathOf } from './argument.js';
import { EMPTY_BODY, type Handler } from '../serverState.js';
import { multi, multiRead, write } from './multi.js';
import { exists, getAcl, getAllChildrenNumber, getChildren, getChildren2, getData } from './nodeReads.js';
import { Op } from './opcode.js';
import { addWatch, checkWatches, removeWatches, setWatches } from './watchRequests.js';

const sync: Handler = (input) => {
  const path = optionalPathOf(input);
  return (out) => (path === null ? out.int(-1) : out.string(path));
};

const whoAmI: Handler =
  (_input, _state, { credentials: { identities } }) =>
  (out) => {
    out.int(identities.length);
    for (const { scheme, id } of identities) out.string(scheme).string(scheme === 'digest' ? id.split(':')[0]! : id);
  };

const getEphemerals: Handler = (input, state, { sessionId }) => {
  const prefix = input.string();
  const all = [...(state.tree.ephemerals.get(sessionId) ?? [])];
  const found = prefix.trim() === '' || prefix.trim() === '/' ? all : all.filter((path) => path.startsWith(prefix));
  return (out) => out.strings(found);
};

/**
 * Switched off, as by default; and a server alone could not do it either, which is all that it says before there was a
 * switch.
 */
const reconfig: Handler = (input, state) => {
  for (let i = 0; i < 3; i++) optionalPathOf(input); // who joins, who leaves, or who is in
  input.skip(8);
  return state.transact(() => refuse(state.settings.version < 30503 ? Code.unimplemented : Code.reconfigDisabled));
};

/** Alone, a check that holds is never answered; a failed one is. Newer versions take it for an unknown operation;
 * other products answer it. */
const check: Handler = (input, state, client, opcode) => {
  write(input, state, client, opcode);
  return state.settings.profile === undefined ? NO_REPLY : EMPTY_BODY;
};

/** The body of a reply that is not sent. */
export const NO_REPLY: typeof EMPTY_BODY = () => {};

/** The operations that change one node. */
const WRITES = [
  ...[Op.create, Op.create2, Op.createContainer, Op.createTtl, Op.delete, Op.deleteContainer, Op.setData, Op.setAcl],
];

/** The handler of each opcode. The connection itself serves pings, logins and the end of a session. */
export const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  ...WRITES.map((op): [number, Handler] => [op, write]),
  [Op.multi, multi],
  [Op.multiRead, multiRead],
  [Op.exists, exists],
  [Op.getData, getData],
  [Op.getAcl, getAcl],
  [Op.getChildren, getChildren],
  [Op.getChildren2, getChildren2],
  [Op.getAllChildrenNumber, getAllChildrenNumber],
  [Op.getEphemerals, getEphemerals],
  [Op.sync, sync],
  [Op.setWatches, setWatches],
  [Op.setWatches2, setWatches],
  [Op.addWatch, addWatch],
  [Op.removeWatches, removeWatches],
  [Op.checkWatches, checkWatches],
  [Op.whoAmI, whoAmI],
  [Op.reconfig, reconfig],
  [Op.check, check],
]);

/** The operations that a server without a quorum refuses. */
export const NEEDS_QUORUM: ReadonlySet<number> = new Set([...WRITES, ...[Op.multi, Op.check, Op.sync, Op.reconfig]]);
