// The library, and the servers that the specs start too, as `tsc -p spec/soak` has built them.
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where they were built; another build can be put to the test. Worker processes inherit it. */
const folder = process.env.SOAK_BUILD ?? fileURLToPath(new URL('../../.cache/soak', import.meta.url));
const load = (file) => import(pathToFileURL(`${folder}/${file}`).href);

export const {
  connect,
  consume,
  counter,
  elect,
  enqueue,
  isCoordinationError,
  joinParty,
  lock,
  readWriteLock,
  semaphore,
  whileHeld,
  whileLeader,
} = await load('lib/index.js');
export const { faultProxy, randomFaults } = await load('lib/testing/index.js');
export const { seededRandom } = await load('lib/testing/proxy/seededRandom.js');
export const { startEnsemble } = await load('spec/helpers/zookeeperEnsemble.js');
export const { GuardedProcess } = await load('spec/helpers/guardedProcess.js');
export const { waitFor } = await load('spec/helpers/waitFor.js');
