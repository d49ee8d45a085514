// The frame of every page: all in one file, nothing loaded from elsewhere, and no script but the one that keeps it current.
import { text } from './escape.ts';
import { MAY_BE_OLD } from './live.ts';
import { STYLE } from './style.ts';

/** Of a page that a dashboard serves: it is read anew when something changed since this version. */
export interface Live {
  readonly version: number;
  /** Why what is shown may be old; empty when it is not. */
  readonly trouble: string;
}

const ALONE = "default-src 'none'; style-src 'unsafe-inline'";
export const LIVE_POLICY = `${ALONE}; script-src 'self'; connect-src 'self'`;

/** A whole document, without a line feed at its end. `body` is HTML, `title` and `heading` are texts. */
export function htmlDocument(title: string, heading: string, body: readonly string[], live?: Live): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${live === undefined ? ALONE : LIVE_POLICY}">`,
    '<meta name="referrer" content="no-referrer">',
    `<title>${text(title)} | recognize-health</title>`,
    `<style>\n${STYLE}\n</style>`,
    ...(live === undefined
      ? []
      : ['<noscript><meta http-equiv="refresh" content="10"></noscript>', '<script src="/live.js" defer></script>']),
    '</head>',
    '<body>',
    ...(live === undefined
      ? ['<main>']
      : [
          // A screen reader says it when it changes.
          `<p role="status">${live.trouble === '' ? '' : text(`${MAY_BE_OLD}${live.trouble}`)}</p>`,
          `<main data-version="${live.version}">`,
        ]),
    `<h1>${text(heading)}</h1>`,
    ...body,
    '</main>',
    '</body>',
    '</html>',
  ].join('\n');
}
