// The formats that tell reports as one document for another program to show: JUnit, Markdown, HTML.
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import type { Told } from './told.ts';

export const DOCUMENTS = ['junit', 'markdown', 'html'] as const;
export type DocumentFormat = (typeof DOCUMENTS)[number];

/** The document without a line feed at its end. */
export function renderDocument(format: DocumentFormat, reports: readonly Told[]): string {
  switch (format) {
    case 'junit':
      return renderJunit(reports);
    case 'markdown':
      return renderMarkdown(reports);
    case 'html':
      return renderHtml(reports);
  }
}
