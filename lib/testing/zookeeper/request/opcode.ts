import type { Version } from '../../../zookeeper/types.js';

/** The operations, by their numbers on the wire. */
export const Op = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  deleteContainer: 20,
  createTtl: 21,
  multiRead: 22,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  closeSession: -11,
  error: -1,
} as const;

const SINCE: ReadonlyMap<number, Version> = new Map<number, Version>([
  ...[
    Op.create,
    Op.delete,
    Op.exists,
    Op.getData,
    Op.setData,
    Op.getAcl,
    Op.setAcl,
    Op.getChildren,
    Op.sync,
    Op.ping,
    Op.getChildren2,
  ].map(at(0)),
  ...[Op.multi, Op.auth, Op.setWatches, Op.sasl, Op.closeSession].map(at(0)),
  ...[Op.create2, Op.reconfig, Op.checkWatches, Op.removeWatches].map(at(30500)),
  ...[Op.createContainer, Op.deleteContainer].map(at(30501)),
  ...[Op.createTtl].map(at(30503)),
  ...[Op.multiRead, Op.getEphemerals, Op.getAllChildrenNumber, Op.setWatches2, Op.addWatch].map(at(30600)),
  ...[Op.whoAmI].map(at(30700)),
]);

/** Whether a server of this version has an operation. */
export function knows(version: Version, opcode: number): boolean {
  // outside a multi: an accident
  if (opcode === Op.check) return version < 30805 || (version >= 30900 && version < 30903);
  return version >= (SINCE.get(opcode) ?? Infinity);
}

/** ZooKeeper's name of an operation. */
export function opName(opcode: number): string {
  return NAMES.get(opcode) ?? String(opcode);
}

/** Its name in the answer to `cons`. */
export function shortName(opcode: number | undefined): string {
  return opcode === undefined ? 'SESS' : (SHORT_NAMES.get(opcode) ?? 'NA');
}

const SHORT_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  ...[Op.create, Op.create2, Op.createContainer, Op.createTtl].map((op): [number, string] => [op, 'CREA']),
  [Op.delete, 'DELE'],
  [Op.exists, 'EXIS'],
  [Op.getData, 'GETD'],
  [Op.setData, 'SETD'],
  [Op.getAcl, 'GETA'],
  [Op.setAcl, 'SETA'],
  [Op.getChildren, 'GETC'],
  [Op.getChildren2, 'GETC'],
  [Op.sync, 'SYNC'],
  [Op.ping, 'PING'],
  [Op.check, 'CHEC'],
  [Op.multi, 'MULT'],
  [Op.multiRead, 'MLTR'],
  [Op.reconfig, 'RECO'],
  [Op.checkWatches, 'CHKW'],
  [Op.removeWatches, 'REMW'],
  [Op.setWatches, 'SETW'],
  [Op.setWatches2, 'STW2'],
  [Op.addWatch, 'ADDW'],
  [Op.whoAmI, 'HOMI'],
  [Op.getEphemerals, 'GETE'],
  [Op.getAllChildrenNumber, 'GETACN'],
  [Op.closeSession, 'CLOS'],
]);

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Op).map(([name, opcode]) => [opcode, name]));

function at(version: Version): (opcode: number) => [number, Version] {
  return (opcode) => [opcode, version];
}
