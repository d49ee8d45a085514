// Text into a page: the one way for whatever a report holds.
import { printable } from '../printable.ts';

/** Text or a quoted attribute, of HTML and of SVG. */
export function text(value: string): string {
  return printable(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Only the web is linked to: whatever else a URL could start stays text. */
export function link(url: string, words: string): string {
  return /^https?:\/\//i.test(url) ? `<a href="${text(url)}" rel="noreferrer">${text(words)}</a>` : text(url);
}
