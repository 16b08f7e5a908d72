import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { MODULES, ROOT } from './modules.mjs';

const DIST = join(ROOT, 'dist');
const FOLDERS = ['esm', 'cjs'];
/** Written when dist/ is made. */
const STAMP = join(ROOT, '.cache/bundled');

/** Whether dist/ is made of the modules as they are now. */
export function isFresh() {
  if (!fs.existsSync(STAMP) || !FOLDERS.every((folder) => fs.existsSync(join(DIST, folder)))) return false;
  const made = fs.statSync(STAMP).mtimeMs;
  const sources = [...filesIn(MODULES), ...filesIn(import.meta.dirname), join(ROOT, 'package.json')];
  return sources.every((file) => fs.statSync(file).mtimeMs < made);
}

/**
 * Makes the folders have these files and no others. A file that has its text already is left as it is, so that programs
 * can go on that others have started meanwhile.
 */
export async function replaceFolders(files, { executable }) {
  const began = new Date();
  const kept = new Set();
  for await (const [path, text] of files) {
    const file = join(DIST, path);
    kept.add(file);
    if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) replace(file, text, path === executable);
  }
  for (const file of FOLDERS.flatMap((folder) => filesIn(join(DIST, folder)))) if (!kept.has(file)) fs.rmSync(file);
  fs.writeFileSync(STAMP, '');
  fs.utimesSync(STAMP, began, began);
}

/** Puts a file in its place as a whole. */
function replace(file, text, isExecutable) {
  const whole = `${file}.${process.pid}`;
  fs.mkdirSync(dirname(file), { recursive: true });
  fs.writeFileSync(whole, text);
  if (isExecutable) fs.chmodSync(whole, 0o755);
  fs.renameSync(whole, file);
}

function filesIn(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
