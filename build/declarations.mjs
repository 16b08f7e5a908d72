import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { codeSplittingOfDeclarations } from './chunks.mjs';
import { MODULES, doors, external } from './modules.mjs';

/** A part of the package that adds its errors to `KnownErrors`: in which file this is, the bundler does not see. */
const AUGMENTATION = /declare module ["'][./]+(?:core\/)?errors\.js["'] \{\n(.*?)\n\}/gs;

/** The declarations of all entry points, in files that are shared as those of the code are. */
export async function declarations() {
  const bundle = await rolldown({
    input: Object.fromEntries(doors.map((name) => [name, `${MODULES}${name}.d.ts`])),
    external,
    preserveEntrySignatures: 'allow-extension',
    plugins: [dts({ dtsOnly: true, sourcemap: false, tsconfig: false })],
    onLog: (level, log, rest) => (/errors\.js/.test(log.message) ? undefined : rest(level, log)), // the augmentations
  });
  const { output } = await bundle.generate({
    chunkFileNames: 'chunks/[name].d.ts',
    entryFileNames: '[name].d.ts',
    minifyInternalExports: false,
    codeSplitting: codeSplittingOfDeclarations,
  });
  return output.map(({ fileName, code }) => ({
    name: fileName,
    code: code.replace(AUGMENTATION, augmenting(fileName)),
  }));
}

/** The classes that such a part may name, because they are in the module to which it adds. */
const ERRORS = readFileSync(`${MODULES}core/errors.d.ts`, 'utf8').matchAll(
  /^export declare (?:abstract )?class (\w+)/gm
);
const ERROR = new RegExp(`\\b(${[...ERRORS].map(([, name]) => name).join('|')})\\b`, 'g');

function augmenting(file) {
  const core = posix.relative(posix.dirname(file), 'chunks/core.js').replace(/^(?!\.)/, './');
  return (_, body) =>
    file === 'chunks/core.d.ts'
      ? body
      : `declare module '${core}' {\n${body.replace(ERROR, `import('${core}').$1`)}\n}`;
}
