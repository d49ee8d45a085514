// The guide's notation, taken apart: literals, wildcards, and the values that stand for others in its examples.
//
//   `*` and `…`          anything up to the end of the line
//   `[SERVICE-NAME]`     one word, captured: the service that is accused
//   `{{service.name}}`   anything up to what follows (titles of alerts)
//   `a/b/…`              alternatives; a lone `…` among them means "and others like these", which the generalisations
//                        below cover already
//
// Three values of its examples stand for all of their kind, because a real installation has others:
//   `HikariPool-1`       the name of a pool: Hikari counts them, and an application may name them
//   `X.default.svc.cluster.local`  the host of an internal service in any namespace; captured. As a whole template it
//                        must name a Recognize service, so that a database's host is none
// Literals are ASCII, so that templates match raw UTF-8 bytes.

export type Token =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'gap' }
  | { readonly kind: 'word' }
  | { readonly kind: 'pool' }
  | { readonly kind: 'host' };

/** What every host of the cluster has in common; the literal that a host is found by. */
export const HOST_SUFFIX = '.svc.cluster.local';

const NOTATION = /\[SERVICE-NAME\]|\{\{[a-z.]+\}\}|\*|…|HikariPool-1|[a-z0-9-]+\.default\.svc\.cluster\.local/g;

/**
 * The alternatives of a template, each as its tokens without leading and trailing wildcards.
 *
 * @throws Error when an alternative holds no literal: it would match everything
 */
export function parseTemplate(template: string): readonly (readonly Token[])[] {
  const alternatives = template.split('/').filter((alternative, _, all) => alternative !== '…' || all.length === 1);
  return alternatives.map((alternative) => {
    const tokens = trim(tokensOf(alternative));
    if (!tokens.some((token) => token.kind === 'literal' || token.kind === 'host')) {
      throw new Error(`The template "${template}" has no literal to be found by.`);
    }
    return tokens;
  });
}

function tokensOf(alternative: string): Token[] {
  const tokens: Token[] = [];
  let done = 0;
  for (const match of alternative.matchAll(NOTATION)) {
    if (match.index > done) tokens.push({ kind: 'literal', text: alternative.slice(done, match.index) });
    tokens.push({ kind: kindOf(match[0]) });
    done = match.index + match[0].length;
  }
  if (done < alternative.length) tokens.push({ kind: 'literal', text: alternative.slice(done) });
  return tokens;
}

function kindOf(notation: string): 'gap' | 'word' | 'pool' | 'host' {
  if (notation === '[SERVICE-NAME]') return 'word';
  if (notation === 'HikariPool-1') return 'pool';
  return notation.endsWith(HOST_SUFFIX) ? 'host' : 'gap';
}

/** Wildcards at the ends say nothing; nor does the space before the last one, which a trimmed line has lost. */
function trim(tokens: readonly Token[]): readonly Token[] {
  const first = tokens.findIndex((token) => token.kind !== 'gap');
  const last = tokens.findLastIndex((token) => token.kind !== 'gap');
  const kept = first === -1 ? [] : tokens.slice(first, last + 1);
  const end = kept.at(-1);
  return last < tokens.length - 1 && end?.kind === 'literal'
    ? [...kept.slice(0, -1), { kind: 'literal', text: end.text.trimEnd() }]
    : kept;
}
