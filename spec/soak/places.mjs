// Where in the tree the workers do what.

export const ROOT = '/soak';
export const COUNTER = `${ROOT}/counter`;
export const QUEUE = `${ROOT}/queue`;
export const PARTY = `${ROOT}/party`;
export const WATCHED = `${ROOT}/watched`;
/** Below it, for each resource, what its holders wrote in transactions of their leases. */
export const RECORDS = `${ROOT}/records`;

/** What is held, and by how many that share it; a writer and a leader are alone. */
export const RESOURCES = { election: 1, lock: 1, catalogue: Infinity, semaphore: 3 };
export const pathOf = (resource) => `${ROOT}/${resource}`;

export const watchedNodes = ['a', 'b', 'c'].map((name) => `${WATCHED}/${name}`);
/** Has no children when nobody contends, works or is there. */
export const contended = [...Object.keys(RESOURCES).map(pathOf), `${QUEUE}/taken`, PARTY];
/** What is there before anybody comes. */
export const prepared = [ROOT, RECORDS, WATCHED, ...Object.keys(RESOURCES).map((resource) => `${RECORDS}/${resource}`)];

export const bytes = (text) => new TextEncoder().encode(text);
export const text = (data) => new TextDecoder().decode(data ?? undefined);
