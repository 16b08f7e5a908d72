import ts from 'typescript';

const NOTHING = ts.TypeFlags.Undefined | ts.TypeFlags.Null;
/** Subclasses of Observable whose instances are named for something else: a value, a request. */
const NAMED_FOR_THEIR_VALUE = /^(Live|Request)$/;

/**
 * The name of a variable, a parameter or a property ends in `$` if it holds a stream. If it holds a function, it does
 * not, whatever the function returns. The rule `finnish` of eslint-plugin-rxjs-x does not tell the two apart.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const streamNames = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      stream: '`{{name}}` holds a stream: call it `{{name}}$`.',
      other: '`{{name}}` holds no stream: call it without `$`.',
    },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();

    const isStream = (type) => type.getProperty('subscribe') !== undefined && type.getProperty('pipe') !== undefined;
    /** The members of a union, without `null` and `undefined`. */
    const partsOf = (type) => (type.isUnion() ? type.types : [type]).filter((part) => !(part.flags & NOTHING));

    function check(id) {
      const { name } = id;
      if (name === 'this') return;
      const type = checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(id));
      const parts = partsOf(type);
      if (name.endsWith('$')) {
        if (parts.length > 0 && parts.every((part) => part.getCallSignatures().length > 0))
          context.report({ node: id, messageId: 'other', data: { name } });
      } else if (
        parts.length > 0 &&
        parts.every((part) => isStream(part) && !NAMED_FOR_THEIR_VALUE.test(part.getSymbol()?.name ?? ''))
      )
        context.report({ node: id, messageId: 'stream', data: { name } });
    }

    /** Every name that a pattern binds. */
    function bound(pattern) {
      if (pattern === null) return;
      if (pattern.type === 'Identifier') check(pattern);
      else if (pattern.type === 'ArrayPattern') pattern.elements.forEach(bound);
      else if (pattern.type === 'ObjectPattern')
        pattern.properties.forEach((each) => bound(each.value ?? each.argument));
      else if (pattern.type === 'AssignmentPattern') bound(pattern.left);
      else if (pattern.type === 'RestElement') bound(pattern.argument);
    }
    const parameters = (node) => node.params.forEach(bound);
    const property = (node) => {
      if (!node.computed && ['Identifier', 'PrivateIdentifier'].includes(node.key.type)) check(node.key);
    };

    return {
      VariableDeclarator: (node) => bound(node.id),
      FunctionDeclaration: parameters,
      FunctionExpression: parameters,
      ArrowFunctionExpression: parameters,
      TSMethodSignature: parameters,
      TSFunctionType: parameters,
      PropertyDefinition: property,
      TSPropertySignature: property,
    };
  },
};
