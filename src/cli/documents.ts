// Reads the file of `check -f`: HealthReports to examine, and Secrets that satisfy their references.
// A file that is missing, empty, huge, binary, not YAML or of another kind gets one sentence and exit code 2.
import { open } from 'node:fs/promises';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { EXIT } from '../api/exit-codes.ts';
import { problemLines, validateReport } from '../api/validate.ts';
import { API_VERSION, GROUP, KIND } from '../api/names.ts';
import type { HealthReportSpec } from '../api/health-report.ts';
import { secret, type Secret } from '../runtime/secret.ts';
import { CommandError } from './exit.ts';
import { isRecord } from '../runtime/is-record.ts';
import { repeatedKey } from './repeated-key.ts';

/** No HealthReport comes near this; more is a mistake or an attack. In bytes. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface ReportDocument {
  /** As written, for `-o json`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly writtenSpec: unknown;
  readonly name: string;
  /** Undefined when the document does not say. */
  readonly namespace: string | undefined;
  readonly spec: HealthReportSpec;
}

export interface SecretDocument {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly values: ReadonlyMap<string, Secret>;
}

export interface Documents {
  readonly reports: readonly ReportDocument[];
  readonly secrets: readonly SecretDocument[];
}

/** What the parser refuses; and, where it does not, a key that stands twice. */
function firstMistake(document: Document.Parsed): { readonly at: number; readonly what: string } | undefined {
  const [error] = document.errors;
  if (error !== undefined) return { at: error.pos[0], what: error.code.toLowerCase().replaceAll('_', ' ') };
  const at = repeatedKey(document);
  return at === undefined ? undefined : { at, what: 'duplicate key' };
}

/** Reads `path`, or standard input for `-`. */
export async function readDocuments(path: string): Promise<Documents> {
  const name = path === '-' ? 'standard input' : path;
  return parseDocuments(await readText(path, name), name);
}

/** Parses the text of a file. `file` is its name in messages. */
export function parseDocuments(text: string, file: string): Documents {
  if (text.trim() === '') throw unusable(`${file} is empty; it should hold a HealthReport (${API_VERSION})`);
  if (text.includes('\u0000') || text.includes('\ufffd'))
    throw unusable(`${file} is not a text file; it should hold a HealthReport in YAML or JSON`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const reports: ReportDocument[] = [];
  const secrets: SecretDocument[] = [];
  const parsed = Array.isArray(documents) ? documents : [];
  for (const [index, document] of parsed.entries()) {
    const place = parsed.length > 1 ? `${file}, document ${index + 1}` : file;
    const mistake = firstMistake(document);
    if (mistake !== undefined) {
      const { line, col } = lines.linePos(mistake.at);
      throw unusable(`${place} is not valid YAML: line ${line}, column ${col} (${mistake.what})`);
    }
    const value = toPlain(document, place);
    if (value === null || value === undefined) continue;
    for (const item of items(value)) add(item, place);
  }
  if (reports.length === 0)
    throw unusable(`${file} holds no HealthReport (${API_VERSION}), so there is nothing to examine`);
  return { reports, secrets };

  function add(value: unknown, place: string): void {
    if (!isRecord(value))
      throw unusable(
        `${place} holds ${Array.isArray(value) ? 'a list' : `a ${typeof value}`} where an object with apiVersion and kind should be`,
      );
    const { apiVersion, kind } = value;
    if (apiVersion === 'v1' && kind === 'Secret') secrets.push(secretDocument(value, place));
    else if (kind === KIND && typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUP}/`))
      reports.push(reportDocument(value, place));
    else
      throw unusable(
        `${place} holds ${describeKind(apiVersion, kind)}; only HealthReport (${API_VERSION}) and Secret (v1) are read`,
      );
  }
}

function reportDocument(value: Readonly<Record<string, unknown>>, place: string): ReportDocument {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const { namespace } = metadata;
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : '';
  const valid = validateReport(value);
  if (!valid.ok) {
    const problems = problemLines(valid.problems.slice(0, 5));
    const more = valid.problems.length > 5 ? ` (and ${valid.problems.length - 5} more)` : '';
    throw unusable(`${place}, HealthReport ${name === '' ? 'without a name' : name}: ${problems.join('; ')}${more}`);
  }
  return {
    metadata,
    writtenSpec: value['spec'] ?? {},
    name,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    spec: valid.spec,
  };
}

function secretDocument(value: Readonly<Record<string, unknown>>, place: string): SecretDocument {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const { name, namespace } = metadata;
  if (typeof name !== 'string') throw unusable(`${place}: a Secret without metadata.name`);
  const values = new Map<string, Secret>();
  for (const [key, encoded] of Object.entries(isRecord(value['data']) ? value['data'] : {})) {
    if (typeof encoded !== 'string') throw unusable(`${place}, Secret ${name}: data.${key} is not a text`);
    values.set(key, secret(Buffer.from(encoded, 'base64').toString('utf8')));
  }
  for (const [key, text] of Object.entries(isRecord(value['stringData']) ? value['stringData'] : {})) {
    if (typeof text !== 'string') throw unusable(`${place}, Secret ${name}: stringData.${key} is not a text`);
    values.set(key, secret(text));
  }
  return { name, namespace: typeof namespace === 'string' ? namespace : undefined, values };
}

/** Aliases that multiply ("billion laughs") are refused by the parser; say so instead of failing inside it. */
function toPlain(document: { toJS(options: { maxAliasCount: number }): unknown }, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw unusable(`${place} uses YAML aliases that multiply; write it without them`);
  }
}

function items(value: unknown): readonly unknown[] {
  if (isRecord(value) && value['kind'] === 'List' && Array.isArray(value['items']))
    return value['items'] as readonly unknown[];
  return [value];
}

function describeKind(apiVersion: unknown, kind: unknown): string {
  const shown = (text: unknown): string | undefined =>
    typeof text === 'string' && /^[\w./-]{1,80}$/.test(text) ? text : undefined;
  const [version, name] = [shown(apiVersion), shown(kind)];
  if (name === undefined) return 'an object without a kind';
  return version === undefined ? `a ${name}` : `a ${name} (${version})`;
}

async function readText(path: string, name: string): Promise<string> {
  if (path === '-') return readStandardInput();
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw unusable(`${name} is a folder; give the file that holds the HealthReport`);
      if (stat.size > MAX_FILE_BYTES)
        throw unusable(`${name} has ${stat.size} bytes; more than ${MAX_FILE_BYTES} are not read`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const code = isRecord(error) ? error['code'] : undefined;
    if (code === 'ENOENT') throw unusable(`${name} does not exist`);
    if (code === 'EACCES') throw unusable(`${name} may not be read by this user`);
    throw unusable(`${name} cannot be read (${typeof code === 'string' ? code : 'unknown error'})`);
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const buffer = Buffer.from(chunk as Uint8Array);
    bytes += buffer.length;
    if (bytes > MAX_FILE_BYTES)
      throw unusable(`standard input has more than ${MAX_FILE_BYTES} bytes, which are not read`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unusable(message: string): CommandError {
  return new CommandError(message, EXIT.usage);
}
