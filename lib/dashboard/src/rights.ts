/** The letters of ZooKeeper's rights, and what they allow. */
export const RIGHTS = { c: 'create', d: 'delete', r: 'read', w: 'write', a: 'admin' } as const;
