import { posix } from 'node:path';

/** The whole of a file that passes some names of another file on. */
const FACADE = /^export \{ ([\w$, ]+) \} from "(\.\/.*)";\n$/;
/** The file of the bundler's own functions. */
const HELPERS = /(^|\/)rolldown-runtime\.js$/;

/** The files of a bundle without those that only the bundler needs. */
export function fewerFiles(files) {
  return withoutFacades(withoutHelpers(files));
}

/** A file that uses a function of the bundler gets all of them, in the line that has imported it. */
function withoutHelpers(files) {
  const helpers = files.find(({ name }) => HELPERS.test(name));
  const line = helpers?.code
    .replace(/^\/\/.*|^export .*/gm, '')
    .replace(/\n\s*/g, ' ')
    .trim();
  return files
    .filter((file) => file !== helpers)
    .map((file) => ({ ...file, code: file.code.replace(/^import .* from "\.[./]*\/rolldown-runtime\.js";$/m, line) }));
}

/**
 * A part that is loaded on demand is in a larger file, and the bundler names it by way of a small file of one line.
 * Here `import()` names the larger file.
 */
function withoutFacades(files) {
  const targets = new Map();
  const kept = files.filter(({ name, code, isEntry }) => {
    if (isEntry || code === 'export {};\n') return isEntry;
    const [, , target] = FACADE.exec(code) ?? [];
    if (target !== undefined) targets.set(posix.basename(name), posix.basename(target));
    return target === undefined;
  });
  return kept.map((file) => {
    const code = file.code.replace(/\bimport\("(\.[^"]*?)([^/"]+)"\)/g, (_, folder, name) => {
      return `import("${folder}${targets.get(name) ?? name}")`;
    });
    return { ...file, code };
  });
}
