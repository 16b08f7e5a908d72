import { MODULES } from './modules.mjs';

/** Modules of Node that take milliseconds to load, and that many programs never use. */
const SLOW = ['node:crypto', 'node:dns', 'node:http', 'node:https', 'node:net', 'node:tls'];

/** Loads slow modules of Node when one of their functions is called for the first time, and not before. */
export const builtinsOnDemand = {
  name: 'builtins on demand',
  transform(code, id) {
    if (!id.startsWith(MODULES)) return null;
    const imports = this.parse(code).body.filter(({ source }) => SLOW.includes(source?.value));
    const changed = imports.reduceRight(
      (text, statement) => text.slice(0, statement.start) + onDemand(statement) + text.slice(statement.end),
      code
    );
    return { code: changed, map: null }; // no line moves
  },
};

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
