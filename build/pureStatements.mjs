import { MODULES } from './modules.mjs';

const PURE = '/* @__PURE__ */ ';

/**
 * Marks the values that modules make when they are loaded as free of side effects: bundlers leave those out that
 * nothing uses. That is true of the whole package, as `sideEffects` of package.json says, but bundlers ask for whole
 * files there, and a file of this package has many modules.
 */
export const pureStatements = {
  name: 'pure statements',
  transform(code, id) {
    if (!id.startsWith(MODULES) || id === `${MODULES}cli/main.js`) return null;
    const declarations = this.parse(code)
      .body.map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
      .filter((statement) => statement !== null);
    const edits = declarations.flatMap((it) => {
      if (it.type === 'ClassDeclaration') return isPlainClass(it) ? [] : [[it, pureClass(code, it)]];
      if (it.type !== 'VariableDeclaration') return [];
      const made = it.declarations.filter(({ init }) => init !== null && !isPlain(init));
      return made.map((declaration) =>
        isList(declaration)
          ? [declaration, asSingles(code, declaration)]
          : [declaration.init, pure(code, declaration.init)]
      );
    });
    const marked = edits.reduceRight(
      (text, [{ start, end }, edited]) => text.slice(0, start) + edited + text.slice(end),
      code
    );
    return { code: marked, map: null }; // no line moves
  },
};

/** The text of a value, made by a call that has no side effects if need be. */
function pure(code, value) {
  const text = textIn(code, value);
  if (isPlain(value)) return text;
  const isCall = value.type === 'CallExpression' || value.type === 'NewExpression';
  return isCall && value.callee.type === 'Identifier' && value.arguments.every(isPlain)
    ? PURE + text
    : `${PURE}(() => (${text}))()`;
}

/** Whether a declaration is of several names, each with its value: `[a, b] = [1, 2]`. */
function isList({ id, init }) {
  return id.type === 'ArrayPattern' && init.type === 'ArrayExpression' && id.elements.length === init.elements.length;
}

/** The text of such a declaration with one name after the other, as all bundlers understand it. */
function asSingles(code, { id, init, start, end }) {
  const names = id.elements.map(({ name }) => name);
  const text = names.map((name, i) => `${name} = ${pure(code, init.elements[i])}`).join(', ');
  const lines = (it) => it.split('\n').length;
  return text + '\n'.repeat(lines(code.slice(start, end)) - lines(text));
}

function textIn(code, { start, end }) {
  return code.slice(start, end);
}

/** The text of a class that is made by such a call. */
function pureClass(code, it) {
  const { name } = it.id;
  return `const ${name} = ${PURE}(() => { ${textIn(code, it)} return ${name}; })();`;
}

/** Whether every bundler sees that a class has no side effects: names of its members could have some. */
function isPlainClass({ body: { body } }) {
  return body.every(({ type, key, computed, static: isStatic, value }) => {
    if (type === 'StaticBlock' || (computed && key.object?.name !== 'Symbol')) return false;
    return type !== 'PropertyDefinition' || !isStatic || isPlain(value);
  });
}

/** Whether every bundler sees that a value has no side effects. */
function isPlain(value) {
  switch (value?.type) {
    case 'Literal':
    case 'Identifier':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return true;
    case 'TemplateLiteral':
      return value.expressions.length === 0;
    case 'UnaryExpression':
      return value.operator === '-' && value.argument.type === 'Literal';
    case 'ArrayExpression':
      return value.elements.every(isPlain);
    case 'ObjectExpression':
      return value.properties.every((it) => it.type === 'Property' && !it.computed && isPlain(it.value));
    default:
      return false;
  }
}
