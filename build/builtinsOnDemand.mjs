import { MODULES } from './modules.mjs';

/** Modules of Node that take milliseconds to load, and that many programs never use. */
const SLOW = ['node:crypto', 'node:dns', 'node:http', 'node:https', 'node:net', 'node:tls'];

/**
 * Loads slow modules of Node when one of their functions is called for the first time, and not before. A name that is
 * used in another way, as with `instanceof`, stays imported.
 */
export const builtinsOnDemand = {
  name: 'builtins on demand',
  transform(code, id) {
    if (!id.startsWith(MODULES)) return null;
    const program = this.parse(code);
    const taken = namesTaken(program);
    const imports = program.body.filter(
      ({ source, specifiers }) => SLOW.includes(source?.value) && !specifiers.some(({ local }) => taken.has(local.name))
    );
    const changed = imports.reduceRight(
      (text, statement) => text.slice(0, statement.start) + onDemand(statement) + text.slice(statement.end),
      code
    );
    return { code: changed, map: null }; // no line moves
  },
};

/** The names that are taken for a class itself, or for an object. */
function namesTaken(program) {
  const names = new Set();
  for (const node of nodesIn(program)) {
    if (node.type === 'BinaryExpression' && node.operator === 'instanceof') names.add(node.right.name);
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') names.add(node.superClass?.name);
    if (node.type === 'MemberExpression') names.add(node.object.name);
  }
  return names;
}

function* nodesIn(value) {
  if (typeof value !== 'object' || value === null) return;
  if (typeof value.type === 'string') yield value;
  for (const part of Object.values(value)) yield* nodesIn(part);
}

function onDemand({ source, specifiers }) {
  return specifiers
    .map(({ imported, local }) => {
      const it = `process.getBuiltinModule('${source.value}').${imported.name}`;
      const isClass = /^[A-Z]/.test(imported.name);
      return isClass
        ? `function ${local.name}(...parts) { return new (${it})(...parts); }`
        : `function ${local.name}(...parts) { return ${it}(...parts); }`;
    })
    .join(' ');
}
