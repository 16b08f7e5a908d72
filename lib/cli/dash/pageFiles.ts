import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { UsageError } from '../../core/errors.js';

/** A file of the page, in memory. */
export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the page by their paths, as `/index.html`. Only these are served: no request leads to another one. */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(folder, 'index.html')))
    throw new UsageError('dashboard', `is not built: there is none in ${folder}. Run: npm run build:dashboard`);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.flatMap((name) => {
    const type = TYPES[extname(name)];
    const path = `/${name.replaceAll('\\', '/')}`;
    return type === undefined ? [] : [[path, { type, content: readFileSync(join(folder, name)) }] as const];
  });
  return new Map(files);
}

/** The folder of the built page. @param program the program that runs: `dist/esm/cli/main.js`, or a link to it */
export function builtPage(program: string): string {
  return join(dirname(realpathSync(program)), '../../dashboard');
}
