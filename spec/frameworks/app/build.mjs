// Bundles what runs in the browser, what runs in Node, and parts of the package alone; prints what the
// bundler says of these parts.
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

/** In the place of the server that is fed by hand, another one. */
const over = (path) => ({
  name: 'over',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/server\.js$/ }, ({ resolveDir }) => ({ path: `${resolveDir}/${path}` })),
});
const inBrowser = (name, plugins) =>
  build({
    ...common,
    entryPoints: { [name]: 'inBrowser.tsx' },
    platform: 'browser',
    format: 'iife',
    plugins: [svelte, ...plugins],
    define,
  });

await inBrowser('inBrowser', []);
await inBrowser('overBridge', [over('bridgeServer.ts')]);
await build({
  ...common,
  entryPoints: ['inNode.tsx', 'inServers.ts'],
  platform: 'node',
  packages: 'external',
  outExtension: { '.js': '.mjs' },
});

/** The names of RxJS that a file asks for: they are gone from a bundle that has RxJS too. */
const OF_RXJS = /import\{[^}]*\}from"rxjs";/g;

/** A part of the package alone, as a bundler makes it for a page. */
async function alone(contents) {
  const { metafile, outputFiles } = await build({
    ...common,
    stdin: { contents, resolveDir: '.' },
    platform: 'browser',
    minify: true,
    external: ['rxjs'],
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { imports, code: outputFiles[0].text.replace(OF_RXJS, '') };
}

const parts = {
  store: await alone(`export * from 'quorum-rx/store'`),
  bridge: await alone(`export { BridgeError, fromBridge, RemoteError } from 'quorum-rx/bridge/browser'`),
  'bridge with live values': await alone(`export * from 'quorum-rx/bridge/browser'`),
};
console.log(JSON.stringify(parts));
