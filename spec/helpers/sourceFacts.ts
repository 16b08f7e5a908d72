import ts from 'typescript';

/** What the rules of the architecture ask about a file. Positions read `file:line what`. */
export interface SourceFacts {
  readonly lines: number;
  /** Names of the modules it imports or re-exports, types included. */
  readonly imports: readonly string[];
  /**
   * Names it exports by itself or from another file; `default` for a default export, `* ./x.js` for all of another
   * file's.
   */
  readonly exports: readonly string[];
  /** Where it leaves the type checker: `any`, or a comment that silences it. */
  readonly holes: readonly string[];
  /** Where it uses a clock or a queue that virtual time cannot turn, or prints. */
  readonly untestable: readonly string[];
  /** Where it subscribes for itself. */
  readonly subscribes: readonly string[];
}

const TIMERS = /^(setTimeout|setInterval|setImmediate|queueMicrotask|process\.nextTick)$/;
const CLOCKS = /^(Date\.now|performance\.now|new Date\(\))$/;
const UNTESTABLE = { test: (name: string) => TIMERS.test(name) || CLOCKS.test(name) || name === 'console' };

/** Reads a file's syntax tree, so that comments and strings do not count. */
export function sourceFacts(file: string, text: string): SourceFacts {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const at = (position: number, what: string) =>
    `${file}:${source.getLineAndCharacterOfPosition(position).line + 1} ${what}`;
  const holes = [...text.matchAll(/@ts-(ignore|nocheck|expect-error)/g)].map((hit) => at(hit.index, hit[0]));
  const untestable: string[] = [];
  const subscribes: string[] = [];
  const visit = (node: ts.Node): void => {
    const start = node.getStart(source);
    if (node.kind === ts.SyntaxKind.AnyKeyword) holes.push(at(start, 'any'));
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isNewExpression(node)) {
      if (UNTESTABLE.test(node.getText(source))) untestable.push(at(start, node.getText(source)));
    }
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'subscribe'
    ) {
      subscribes.push(at(node.expression.name.getStart(source), 'subscribe'));
    }
    // no use of what is called so
    const name = ts.isMethodSignature(node) || ts.isPropertyAssignment(node) ? node.name : undefined;
    ts.forEachChild(node, (child) => (child === name && ts.isIdentifier(child) ? undefined : visit(child)));
  };
  visit(source);
  const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  return {
    lines: text.split('\n').length - 1,
    imports,
    exports: source.statements.flatMap((it) => exportsOf(it, source)),
    holes,
    untestable,
    subscribes,
  };
}

function exportsOf(statement: ts.Statement, source: ts.SourceFile): string[] {
  if (ts.isExportAssignment(statement)) return ['default'];
  if (ts.isExportDeclaration(statement)) {
    const names = statement.exportClause;
    if (names === undefined) return [`* ${(statement.moduleSpecifier as ts.StringLiteral).text}`];
    return ts.isNamedExports(names) ? names.elements.map(({ name }) => name.text) : [names.name.text];
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []).map(({ kind }) => kind) : [];
  if (!modifiers.includes(ts.SyntaxKind.ExportKeyword)) return [];
  if (modifiers.includes(ts.SyntaxKind.DefaultKeyword)) return ['default'];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText(source));
  return 'name' in statement ? [(statement.name as ts.Identifier).text] : [];
}
