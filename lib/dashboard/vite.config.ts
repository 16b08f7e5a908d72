import { defineConfig } from 'vite';

/** The page of `qrx dash`, as files that need no server but the one of `lib/cli/dash`. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  cacheDir: '../../.cache/vite',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false, // its script would be inline, which the policy of the page refuses
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
