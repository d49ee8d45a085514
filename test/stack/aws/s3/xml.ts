// Writes S3's XML and reads the few documents that S3 takes (versioning, encryption, keys to delete).
import type { Refusal, Reply } from '../exchange.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** `<name>text</name>`, escaped; nothing for undefined. */
export function element(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** A reply with a document: `inner` is XML already. */
export function document(root: string, inner: string, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inner}</${root}>`),
  };
}

/** S3's error document, which unlike the others has no namespace. */
export function errorDocument(refusal: Refusal, requestId: string, hostId: string): Reply {
  const fields = Object.entries(refusal.fields ?? {}).map(([name, text]) => element(name, text));
  return {
    status: refusal.status,
    headers: { 'content-type': 'application/xml', ...refusal.headers },
    body: Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${element('Code', refusal.code)}${element('Message', refusal.message)}` +
        `${fields.join('')}${element('RequestId', requestId)}${element('HostId', hostId)}</Error>`,
    ),
  };
}

/** The text of the first element of that name, unescaped. Enough for the flat documents that are read here. */
export function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1];
  return text
    ?.replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
}

/** The inside of every element of that name. */
export function all(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
    (match) => match[1] ?? '',
  );
}
