import ts from 'typescript';

/** The prose of a file's comments: without the examples, and without what tools read. */
export function prose(text: string): string[] {
  const source = ts.createSourceFile('any.ts', text, ts.ScriptTarget.Latest, true);
  const found = new Map<number, string>();
  const note = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const { pos, end } of ranges ?? []) found.set(pos, text.slice(pos, end));
  };
  const visit = (node: ts.Node): void => {
    note(ts.getLeadingCommentRanges(text, node.getFullStart()));
    note(ts.getTrailingCommentRanges(text, node.getEnd()));
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return [...found.values()].filter((comment) => !/eslint-disable|prettier-ignore/.test(comment)).map(withoutCode);
}

/** The prose of a page in Markdown: without its blocks of code. */
export function pageProse(text: string): string {
  return text
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/^ {4}.*$/gm, '')
    .replace(/`[^`]*`/g, 'code');
}

function withoutCode(comment: string): string {
  return comment
    .replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)/gm, '')
    .replace(/\*\/$/, '')
    .replace(/```[^]*?```/g, '')
    .replace(/@example[^]*?(?=\n\s*@|$)/g, '')
    .replace(/`[^`]*`/g, 'code');
}
