import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../helpers/project.js';
import { sourceFacts } from '../../helpers/sourceFacts.js';

/**
 * Compiles a file of lib/, and what it imports, into a folder, as the build does but for the types; gives the program.
 * `dist/` belongs to other specs.
 */
export function compileProgram(file: string, kind: 'esm' | 'cjs', folder: string): string {
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: kind === 'esm' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
  };
  const done = new Set<string>();
  const compile = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const source = readFileSync(join(ROOT, 'lib', name), 'utf8');
    const target = programOf(name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(source, { compilerOptions }).outputText);
    for (const imported of sourceFacts(name, source).imports) {
      if (imported.startsWith('.')) compile(posix.join(posix.dirname(name), imported).replace(/\.js$/, '.ts'));
    }
  };
  const programOf = (name: string) => join(folder, kind, name.replace(/\.ts$/, '.js'));
  compile(file);
  writeFileSync(join(folder, kind, 'package.json'), JSON.stringify({ type: kind === 'esm' ? 'module' : 'commonjs' }));
  return programOf(file);
}
