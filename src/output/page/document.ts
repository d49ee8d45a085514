// The frame of every page: all in one file, no script, nothing loaded from elsewhere.
import { text } from './escape.ts';
import { STYLE } from './style.ts';

/** A whole document, without a line feed at its end. `body` is HTML, `title` and `heading` are texts. */
export function htmlDocument(title: string, heading: string, body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">',
    `<title>${text(title)} | recognize-health</title>`,
    `<style>\n${STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${text(heading)}</h1>`,
    ...body,
    '</main>',
    '</body>',
    '</html>',
  ].join('\n');
}
