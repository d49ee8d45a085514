// How deep a YAML or JSON text could be nested, counted generously and without recursion, before a parser that recurses
// sees it: running out of stack while V8 compiles a regular expression ends the process, and no `catch` sees it.

/** The depth that a parser would find, or one less; more where brackets and dashes stand in plain text. */
export function nestingOf(text: string): number {
  const open: { readonly indent: number; readonly levels: number }[] = [];
  let [blocks, brackets, most] = [0, 0, 0];
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (indent === -1) continue;
    for (let last = open.at(-1); last !== undefined && last.indent >= indent; last = open.at(-1)) {
      blocks -= last.levels;
      open.pop();
    }
    // `- - a: b:` nests within one line.
    const levels = line.match(/[-?:](?=\s|$)/g)?.length ?? 0;
    open.push({ indent, levels });
    blocks += levels;
    let deepest = brackets;
    for (const character of line) {
      if (character === '[' || character === '{') brackets += 1;
      else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
      deepest = Math.max(deepest, brackets);
    }
    most = Math.max(most, blocks + deepest);
  }
  return most;
}
