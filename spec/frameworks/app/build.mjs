// Bundles what runs in the browser, what runs in Node, and the store alone; prints what the bundler says of the last.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { compile } from 'svelte/compiler';

const svelte = {
  name: 'svelte',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => ({
      contents: compile(await readFile(path, 'utf8'), {}).js.code,
    })),
};
/** Which Vue asks for, and prints a warning without. */
const define = Object.fromEntries(
  ['OPTIONS_API__', 'PROD_DEVTOOLS__', 'PROD_HYDRATION_MISMATCH_DETAILS__'].map((flag) => [`__VUE_${flag}`, 'false'])
);
const common = { bundle: true, format: 'esm', outdir: 'out', logLevel: 'warning' };

await build({
  ...common,
  entryPoints: ['inBrowser.tsx'],
  platform: 'browser',
  format: 'iife',
  plugins: [svelte],
  define,
});
await build({
  ...common,
  entryPoints: ['inNode.tsx'],
  platform: 'node',
  packages: 'external',
  outExtension: { '.js': '.mjs' },
});

const stdin = { contents: `export * from 'quorum-rx/store'`, resolveDir: '.' };
const { metafile, outputFiles } = await build({
  ...common,
  stdin,
  platform: 'browser',
  minify: true,
  external: ['rxjs'],
  metafile: true,
  write: false,
});
const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
console.log(JSON.stringify({ imports, code: outputFiles[0].text }));
