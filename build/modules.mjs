import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

export const ROOT = join(import.meta.dirname, '..');
/** Where `tsc` writes one file for each file of lib/. */
export const MODULES = join(ROOT, '.cache/modules/');
/** Packages that stay packages. */
export const external = [/^rxjs/, /^@opentelemetry\//, /^node:/];

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The entry points of package.json, as modules: `core/index` is lib/core/index.ts. */
export const doors = Object.values(exports)
  .filter((target) => target.import !== undefined)
  .map((target) => target.import.replace('./dist/esm/', '').replace(/\.js$/, ''));

/** Some modules, and those that they import, directly or not; without those that they load on demand. */
export function reachedBy(...modules) {
  return reached(modules, '.js', 'js');
}

/** Some modules, and those that their declarations import, directly or not. */
export function declaredBy(...modules) {
  return reached(modules, '.d.ts', 'dts');
}

function reached(modules, end, lang) {
  const all = new Set(modules);
  for (const module of all)
    for (const { source } of parseAst(readFileSync(join(MODULES, module + end), 'utf8'), { lang }).body)
      if (source?.value.startsWith('.')) all.add(join(dirname(module), source.value).replace(/\.js$/, ''));
  return all;
}
