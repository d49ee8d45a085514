// The formats that show reports as one document for another program: a new one goes into this record, and every verb
// that tells what the gate decided takes it.
import type { Formats, Renderer } from './format.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import type { Told } from './view.ts';

export const DOCUMENTS = {
  junit: renderJunit,
  markdown: renderMarkdown,
  html: (reports) => renderHtml(reports),
} as const satisfies Formats<readonly Told[]>;

/** The documents as formats of a verb that has more to say than they need. */
export function overDocuments<T>(toldOf: (said: T) => readonly Told[]): Record<keyof typeof DOCUMENTS, Renderer<T>> {
  const over = Object.entries(DOCUMENTS).map(([format, render]) => [format, (said: T) => render(toldOf(said))]);
  return Object.fromEntries(over) as Record<keyof typeof DOCUMENTS, Renderer<T>>;
}
