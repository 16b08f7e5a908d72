// The library, and the helpers of the specs, as `tsc -p spec/soak` has built them.
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of the build; another build can be put to the test. Worker processes inherit it. */
const folder = process.env.SOAK_BUILD ?? fileURLToPath(new URL('../../.cache/soak', import.meta.url));

/** Loads a file of the build. */
export const load = (file) => import(pathToFileURL(`${folder}/${file}`).href);
