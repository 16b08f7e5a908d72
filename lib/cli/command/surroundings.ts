import { openStore } from '../stores/openStore.js';

/** What a call of a verb finds around it. */
export interface Surroundings {
  /** The path that paths without a first slash are below. */
  readonly directory: string;
  /**
   * Connects to a store.
   *
   * @param isOwn whether the call needs a session of its own, which ends with it
   */
  readonly open: (...args: [...Parameters<typeof openStore>, isOwn: boolean]) => ReturnType<typeof openStore>;
}

/** The surroundings of a process that runs one verb. */
export const surroundings: Surroundings = { directory: '/', open: (url, options) => openStore(url, options) };
