import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT, doors } from './helpers/project.js';

const LIST = join(ROOT, 'spec/fixtures/doors.txt');

/**
 * `UPDATE_DOORS=1 npx jest spec/doors` writes the list anew; the commit then shows what became public, and what went.
 */
describe('the doors of the package', () => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT
  );
  const program = ts.createProgram(
    doors().map(({ source }) => join(ROOT, source)),
    options
  );
  const checker = program.getTypeChecker();

  const symbolsOf = (source: string) => {
    const file = program.getSourceFile(join(ROOT, source));
    const module = file && checker.getSymbolAtLocation(file);
    return (module ? checker.getExportsOfModule(module) : []).map((symbol) => ({
      name: symbol.name,
      symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }));
  };
  const isInternal = (symbol: ts.Symbol) => symbol.getJsDocTags(checker).some(({ name }) => name === 'internal');

  it('lead to a file each', () => {
    expect(
      doors()
        .filter(({ source }) => symbolsOf(source).length === 0)
        .map(({ name, source }) => `${name}: ${source} exports nothing`)
    ).toEqual([]);
  });

  it('show the names that spec/fixtures/doors.txt lists', () => {
    const lines = doors().flatMap(({ name: door, source }) =>
      symbolsOf(source)
        .map(({ name, symbol }) => `${door}: ${symbol.flags & ts.SymbolFlags.Value ? '' : 'type '}${name}`)
        .sort()
    );
    if (process.env['UPDATE_DOORS']) writeFileSync(LIST, `${lines.join('\n')}\n`);
    expect(lines).toEqual(readFileSync(LIST, 'utf8').trim().split('\n'));
  });

  it('show nothing internal, and nothing without a doc comment', () => {
    const found = doors().flatMap(({ name: door, source }) => symbolsOf(source).map((it) => ({ ...it, door })));
    expect(found.filter(({ symbol }) => isInternal(symbol)).map(({ door, name }) => `${door}: ${name}`)).toEqual([]);
    const silent = found.filter(({ symbol }) => symbol.getDocumentationComment(checker).length === 0);
    expect(silent.map(({ door, name }) => `${door}: ${name}`)).toEqual([]);
  });
});
