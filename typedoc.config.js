import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const modules = Object.values(exports).filter((target) => typeof target === 'object');

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'quorum-rx',
  entryPoints: modules.map((target) => target.import.replace('./dist/esm/', 'lib/').replace(/\.js$/, '.ts')),
  projectDocuments: ['docs/*.md', 'docs/jobs/*.md'],
  tsconfig: 'tsconfig.json',
  out: '.cache/api',
  excludeExternals: true, // what Live inherits from RxJS
  excludeInternal: true,
  hideGenerator: true,
  treatWarningsAsErrors: true,
  // types that exported types are made of: they need no name in public
  validation: { notExported: false },
};
