import { expect, it } from '@jest/globals';
import type * as Core from '../../lib/core/index.js';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import ts from 'typescript';
import { ROOT } from '../helpers/project.js';

/** Loads a file of lib/, and what it imports, where there is nothing but the language and what every browser has. */
function loadedInBrowser(entry: string): Record<string, never> {
  const context = createContext({ TextEncoder, TextDecoder, AbortController, AbortSignal });
  const modules = new Map<string, Record<string, never>>();
  const load = (file: string): Record<string, never> => {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const exports: Record<string, never> = {};
    modules.set(file, exports);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    const require = (name: string) => {
      if (!name.startsWith('.')) throw new Error(`${file} imports ${name}`);
      return load(join(dirname(file), name.replace(/\.js$/, '.ts')));
    };
    (runInContext(`(exports, require) => {${outputText}\n}`, context) as (e: object, r: object) => void)(
      exports,
      require
    );
    return exports;
  };
  return load(join(ROOT, 'lib', entry));
}

it('the entry point quorum-rx/core works without anything of Node', () => {
  const core = loadedInBrowser('core/index.ts') as unknown as typeof Core;
  const codec = core.json<{ a: number }>();
  expect(codec.decode(codec.encode({ a: 1 }))).toEqual({ a: 1 });
  let thrown: unknown;
  try {
    core.utf8.encode('\ud800');
  } catch (error) {
    thrown = error;
  }
  expect([core.isCoordinationError(thrown, 'BAD_VALUE'), core.isCoordinationError(new Error())]).toEqual([true, false]);
});
