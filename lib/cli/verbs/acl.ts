import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import { type Rights, checkedRight } from '../stores/rights.js';
import type { TreeStore } from '../stores/treeStore.js';
import { visible } from '../terminal/visible.js';

export const acl: Verb = {
  name: 'acl',
  summary: 'Shows the rights at a node of ZooKeeper, or replaces them. A right is SCHEME:ID:LETTERS.',
  usage: '[STORE] PATH [RIGHT…]',
  options: {
    version: { value: 'N', about: 'replaces them only if they have this version: the aversion that stat shows' },
  },
  examples: [
    ['qrx acl zk://127.0.0.1:2181 /app', 'a line for each identity'],
    ['qrx acl /app world:anyone:r auth::cdrwa --user ann', 'all may read; ann may create, delete, read, write, admin'],
    ['qrx acl /app "digest:bob:nMzmZ+…=:rw"', 'a digest holds a hash: never write a password'],
  ],
  async run(call) {
    const { store, path, rest } = call.placeAndRest();
    const opened = await call.open(store);
    if (opened.acl === undefined || opened.setAcl === undefined)
      throw new UsageError('store', `must be ZooKeeper: ${NAMES[opened.kind]} has no rights at nodes`);
    if (rest.length > 0) {
      const rights = rest.map(rightsOf);
      await call.first(opened.setAcl(path, rights, { version: call.value('version') }));
      if (!rights.some(({ perms }) => perms.includes('a')))
        call.terminal.note(
          `qrx acl: nobody has the right a at ${visible(path)}: only the super user can change its rights again`
        );
      return ExitCode.done;
    }
    return show(call, opened.acl(path), path);
  },
};

const NAMES = { zookeeper: 'ZooKeeper', etcd: 'etcd', arakoon: 'Arakoon' } as const;

async function show(call: Call, rights$: ReturnType<NonNullable<TreeStore['acl']>>, path: string): Promise<number> {
  const found = await call.first(rights$);
  if (found === undefined) {
    call.terminal.note(`qrx acl: ${path}: there is no such node, or you may not read its rights`);
    return ExitCode.no;
  }
  for (const { scheme, id, perms } of found.rights)
    await call.output.result(call.output.shown(`${scheme}:${id}:${perms}`), { scheme, id, perms });
  return ExitCode.done;
}

/** The id may have colons itself, as that of a digest. */
function rightsOf(text: string): Rights {
  const [, scheme, id, perms] = /^([^:]+):(.*):([cdrwa]*)$/s.exec(text) ?? [];
  if (scheme === undefined || id === undefined || perms === undefined)
    throw new UsageError('RIGHT', 'must be SCHEME:ID:LETTERS, with letters of cdrwa, as world:anyone:r');
  return checkedRight('RIGHT', { scheme, id, perms });
}
