import { relative } from 'node:path';
import { MODULES, declaredBy, doors, reachedBy } from './modules.mjs';

/** HTTP/1.1, which only etcd needs. */
const HTTP = /^transport\/(http1|stillbornRequest|srv)$|^client\/countedHttp1$/;

const connecting = reachedBy('zookeeper/index');
const etcdV2 = reachedBy('etcd/v2/index');
const command = reachedBy('cli/qrx', 'cli/terminal/processTerminal');
const ofStore = (name) =>
  reachedBy(`cli/stores/open${name}Tree`, `cli/dash/${name[0].toLowerCase()}${name.slice(1)}Dash`);
const [arakoon, etcd, zooKeeper] = ['Arakoon', 'Etcd', 'ZooKeeper'].map(ofStore);

/**
 * The files that entry points share. They have no cycles. `core` and `operators` have all that browsers can load, and
 * `core` and `connection` only modules that ZooKeeper's client needs. The parts of the command are loaded on demand.
 */
const CHUNKS = [
  ['core', (module) => /^(core|bytes|operators)\//.test(module) && connecting.has(module)],
  ['connection', (module) => /^(transport|client|lease)\//.test(module) && connecting.has(module)],
  ['operators', (module) => /^(core|bytes|operators|store|bridge\/shared|client)\//.test(module) && !HTTP.test(module)],
  ['zookeeper', (module) => module.startsWith('zookeeper/')],
  ['arakoon', (module) => module.startsWith('arakoon/')],
  ['etcdV2', (module) => HTTP.test(module) || (module.startsWith('etcd/') && etcdV2.has(module))],
  ['etcd', (module) => /^(etcd|http2)\//.test(module)],
  ['hive', (module) => /^hive\/(?!wrpme\/)/.test(module)],
  ['testing', (module) => module.startsWith('testing/')],
  ['bridge', (module) => /^bridge\/(?!browser\/)/.test(module)],
  ['command', (module) => /^cli\/(?!main$)/.test(module) && (command.has(module) || isShared(module))],
  ['commandOnArakoon', (module) => module.startsWith('cli/') && arakoon.has(module)],
  ['commandOnEtcd', (module) => module.startsWith('cli/') && etcd.has(module)],
  ['commandOnZooKeeper', (module) => module.startsWith('cli/') && zooKeeper.has(module)],
  ['dashboard', (module) => module.startsWith('cli/dash/')],
  ['demo', (module) => module.startsWith('cli/demo/')],
];

/** Whether a part of the command serves more than one store. */
function isShared(module) {
  return [arakoon, etcd, zooKeeper].filter((modules) => modules.has(module)).length > 1;
}

/** For rolldown. Entry points stay out of shared files, so that they export no more than they should. */
export const codeSplitting = splitting(CHUNKS);

const forPages = declaredBy('core/index', 'store/index', 'bridge/browser/index');
/** Declarations: those in `core` need nothing of Node. */
export const codeSplittingOfDeclarations = splitting([
  ['core', (module) => forPages.has(module)],
  ['operators', (module) => /^(core|bytes|operators)\//.test(module)],
  ['connection', (module) => /^(transport|client|lease)\//.test(module)],
  ...CHUNKS.filter(([name]) => !['core', 'operators', 'connection', 'etcdV2'].includes(name)),
]);

function splitting(chunks) {
  const chunkOf = (module) => chunks.find(([, holds]) => holds(module))?.[0];
  return {
    includeDependenciesRecursively: false, // a file has its own modules alone
    groups: chunks.map(([name]) => ({
      name,
      test(id) {
        const module = relative(MODULES, id.replace(/\?.*/, '')).replace(/(\.d)?\.[jt]s$/, '');
        return !doors.includes(module) && chunkOf(module) === name;
      },
    })),
  };
}
