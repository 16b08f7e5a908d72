// Makes dist/esm and dist/cjs of the modules that `tsc` has written: each entry point in a few files, with one copy of
// shared code, as ES modules, as CommonJS, and as declarations. Does nothing if they are made of these modules already.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { rolldown } from 'rolldown';
import { codeSplitting } from './chunks.mjs';
import { declarations } from './declarations.mjs';
import { isFresh, replaceFolders } from './folders.mjs';
import { lineMap } from './lineMap.mjs';
import { MODULES, ROOT, doors, external } from './modules.mjs';
import { builtinsOnDemand } from './builtinsOnDemand.mjs';
import { pureStatements } from './pureStatements.mjs';
import { toCommonJs } from './toCommonJs.mjs';
import { fewerFiles } from './fewerFiles.mjs';

/** Programs, and a module that throws: they are there for their effects. */
const COMMAND = 'cli/main';
const NOT_FOR_BROWSERS = 'notForBrowsers';

/** Passes the maps on that `tsc` has written, so that those of the bundles lead to lib/. */
const mapped = {
  name: 'mapped',
  load(id) {
    if (!id.startsWith(MODULES)) return null;
    const code = readFileSync(id, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    return { code, map: readFileSync(`${id}.map`, 'utf8') };
  },
};

/** The code of all entry points, as ES modules. */
async function bundles() {
  const bundle = await rolldown({
    input: Object.fromEntries([...doors, COMMAND, NOT_FOR_BROWSERS].map((name) => [name, `${MODULES}${name}.js`])),
    external,
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    treeshake: { moduleSideEffects: (id) => [COMMAND, NOT_FOR_BROWSERS].some((name) => id === `${MODULES}${name}.js`) },
    plugins: [mapped, builtinsOnDemand, pureStatements],
  });
  const { output } = await bundle.generate({
    dir: join(ROOT, 'dist/esm'),
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
    entryFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: { annotation: true, jsdoc: false, legal: false },
    minifyInternalExports: false,
    codeSplitting,
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  return fewerFiles(chunks.map((chunk) => ({ ...chunk, name: chunk.fileName, code: textOf(chunk) })));
}

/** The text of a bundle: its parts are named as in lib/, and nothing is imported for its effects alone. */
function textOf({ code }) {
  const text = code
    .replace(/^\/\/ \.cache\/modules\/(.*)\.js$/gm, '// lib/$1.ts')
    .replace(/^import "\.[^"]*";$/gm, '')
    .replace(/\n*\/\/# sourceMappingURL=.*\n*$/, '\n');
  return hasCode(text) ? text : text.trimStart();
}

/** Whether a file has more than names of other files. */
function hasCode(text) {
  return /^\/\/ lib\//m.test(text);
}

/** The path from a file of dist/ to another. */
function pathTo(target, from) {
  return posix.relative(posix.dirname(from), target).replace(/^(?!\.)/, './');
}

/** All files of dist/esm and dist/cjs: pairs of a path in dist/ and a text. */
async function* files() {
  for (const { name, code, map, moduleIds } of await bundles()) {
    const [esm, cjs] = [`esm/${name}`, `cjs/${name}`];
    const isMapped = hasCode(code) && name !== `${COMMAND}.js`; // which only starts the command
    const mapUrl = (from) => (isMapped ? `//# sourceMappingURL=${pathTo(`${esm}.map`, from)}\n` : '');
    if (name === `${NOT_FOR_BROWSERS}.js`) {
      yield [cjs, toCommonJs(code)]; // of an ES module, bundlers would check the names that are imported
      yield [`cjs/${NOT_FOR_BROWSERS}.d.ts`, 'export {};\n'];
      continue;
    }
    yield [esm, code + mapUrl(esm)];
    if (isMapped) yield [`${esm}.map`, lineMap(map)];
    if (!moduleIds.some((id) => id.startsWith(`${MODULES}cli/`))) yield [cjs, toCommonJs(code) + mapUrl(cjs)];
  }
  // those of CommonJS serve for both: so a class is one type, from wherever it comes
  for (const { name, code } of await declarations()) yield [`cjs/${name}`, code];
  for (const door of doors) {
    const own = `esm/${door}.d.ts`;
    yield [own, `export * from '${pathTo(`cjs/${door}.js`, own)}';\n`];
  }
  yield ['cjs/package.json', '{"type":"commonjs"}\n'];
}

if (!isFresh()) await replaceFolders(files(), { executable: `esm/${COMMAND}.js` });
