import { parseAst } from 'rolldown/parseAst';

/**
 * A bundle as CommonJS, line for line, so that the source map of the bundle is its map too. Imported names stay
 * constants of the file: the form of rolldown looks them up by getters at each use. Throws for what it does not know.
 */
export function toCommonJs(code) {
  const edits = parseAst(code).body.flatMap((statement) => {
    const text = asCommonJs(statement);
    return text === undefined ? [] : [{ ...statement, text }];
  });
  const own = edits
    .reduceRight((text, { start, end, text: it }) => text.slice(0, start) + it + text.slice(end), code)
    .replace(/\bimport\(("\.[^"]+")\)/g, 'Promise.resolve().then(() => require($1))');
  return `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); ${own}`;
}

function asCommonJs({ type, source, specifiers, declaration }) {
  if (type === 'ImportDeclaration') return required(source.raw, specifiers);
  if (!type.startsWith('Export')) return undefined;
  if (type !== 'ExportNamedDeclaration' || declaration !== null)
    throw new Error(`a bundle has an ${type} that toCommonJs does not know`);
  const exported = specifiers.map(({ local, exported }) => `exports.${exported.name} = ${local.name};`).join(' ');
  if (source === null) return exported;
  return `{ const { ${specifiers.map(({ local }) => local.name).join(', ')} } = require(${source.raw}); ${exported} }`;
}

function required(from, specifiers) {
  const [first] = specifiers;
  if (first === undefined) return `require(${from});`;
  if (first.type === 'ImportNamespaceSpecifier') return `const ${first.local.name} = require(${from});`;
  const names = specifiers.map(({ type, imported, local }) => {
    if (type !== 'ImportSpecifier') throw new Error(`a bundle imports the default of ${from}`);
    return imported.name === local.name ? local.name : `${imported.name}: ${local.name}`;
  });
  return `const { ${names.join(', ')} } = require(${from});`;
}
