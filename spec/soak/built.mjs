// The parts of the library, and of the helpers of the specs, that the soak uses.
import { load } from './load.mjs';

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
