// A HealthReport out of the services' own configuration, with a comment for where each line comes from and a TODO for what
// is left to a person. What is written is valid: an entry that the schema refuses becomes a TODO.
import { stringify } from 'yaml';
import { API_VERSION, KIND } from '../api/names.ts';
import type { Backend, Service } from '../api/components.ts';
import { validateSpec } from '../api/validate.ts';
import type { Topology } from '../product/index.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Backends, Configured } from './backends.ts';
import type { Block, DraftEntry } from './draft-entry.ts';
import { entryOf } from './draft-entry.ts';
import type { Settings } from './settings.ts';

export interface DraftRequest {
  readonly name: string;
  readonly namespace: string;
  readonly backends: Backends;
  readonly settings: ReadonlyMap<Service, Settings>;
  readonly topology: Topology;
}

export interface Draft {
  /** YAML with comments. */
  readonly text: string;
  readonly spec: Readonly<Record<DraftEntry['list'], readonly Readonly<Record<string, unknown>>[]>>;
  /** What is left to a person. Sentences. */
  readonly todos: readonly string[];
}

const LISTS = ['databases', 'buckets', 'keys'] as const;
const KIND_OF_LIST = {
  databases: { backend: 'database', what: 'a database' },
  buckets: { backend: 'object-storage', what: 'a bucket' },
  keys: { backend: 'key-management', what: 'a signing key' },
} as const satisfies Record<DraftEntry['list'], { readonly backend: Backend; readonly what: string }>;

export function draftReport(request: DraftRequest): Draft {
  const { name, namespace, backends, settings } = request;
  const entries = backends.found.map((backend) => draftEntry(backend, settings));
  const open = LISTS.map((list) => [list, [...unresolvedOf(list, request), ...uncovered(list, request)]] as const);
  const lines = [
    `# Drafted by recognize-health init from the services of namespace ${namespace}. No Secret was read.`,
    ...backends.warnings.map((warning) => `# WARNING: ${warning}.`),
    ...notes(settings).map((note) => `# Not read: ${note}.`),
    ...yaml({ apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace } }),
  ];
  const body = open.flatMap(([list, todos]) => [
    ...section(
      list,
      entries.filter((entry) => entry.list === list),
    ),
    ...todos.map((todo) => `# TODO (${list}) ${todo}.`),
  ]);
  const hasEntry = entries.some(({ blocks }) => blocks.length > 0);
  const todos = [...entries.flatMap((entry) => entry.todos), ...open.flatMap(([, some]) => some)];
  return {
    text: [...lines, hasEntry ? 'spec:' : 'spec: {}', ...body.map((line) => `  ${line}`)].map(oneLine).join('\n'),
    spec: Object.fromEntries(
      LISTS.map((list) => [
        list,
        entries.filter((entry) => entry.list === list && entry.blocks.length > 0).map(fieldsOf),
      ]),
    ) as unknown as Draft['spec'],
    todos: todos.map((todo) => redact(`${todo}.`, [], LONGEST_LINE)),
  };
}

/** The entry of a backend; without blocks where the schema refuses it. */
export function draftEntry(backend: Configured, settings: ReadonlyMap<Service, Settings>): DraftEntry {
  return valid(entryOf(backend, settings.get(backend.service)?.identity ?? 'themselves'));
}

/** In bytes. */
const LONGEST_LINE = 1024;

/** Comments hold names that others chose: no line of theirs becomes a line of YAML. */
function oneLine(line: string): string {
  return /^\s*#/.test(line) ? `${/^\s*/.exec(line)?.[0] ?? ''}${redact(line.trim(), [], LONGEST_LINE)}` : line;
}

function section(list: DraftEntry['list'], entries: readonly DraftEntry[]): readonly string[] {
  const written = entries.filter(({ blocks }) => blocks.length > 0);
  const refused = entries.filter(({ blocks }) => blocks.length === 0);
  return [
    ...(written.length === 0 ? [] : [`${list}:`, ...written.flatMap(linesOf).map((line) => `  ${line}`)]),
    ...refused.flatMap(({ todos }) => todos.map((todo) => `# TODO (${list}) ${todo}.`)),
  ];
}

function linesOf({ blocks, todos }: DraftEntry): readonly string[] {
  const [first, ...others] = blocks.map(({ comments, fields }) => ({
    comments: comments.map((comment) => `# ${comment}`),
    fields: yaml(fields),
  }));
  const [head = '', ...rest] = first?.fields ?? [];
  return [
    ...(first?.comments ?? []),
    `- ${head}`,
    ...[...rest, ...others.flatMap((block) => [...block.comments, ...block.fields])].map((line) => `  ${line}`),
    ...todos.map((todo) => `  # TODO ${todo}.`),
  ];
}

function yaml(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).length === 0
    ? []
    : stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd().split('\n');
}

/** All fields of an entry. */
export function fieldsOf({ blocks }: Pick<DraftEntry, 'blocks'>): Readonly<Record<string, unknown>> {
  return Object.assign({}, ...blocks.map(({ fields }) => fields)) as Readonly<Record<string, unknown>>;
}

/** What the schema refuses is not written: first without its credentials, whose key names are the usual reason. */
function valid(entry: DraftEntry): DraftEntry {
  const problems = problemsOf(entry);
  if (problems.length === 0) return entry;
  const { name } = fieldsOf(entry);
  const why = `${String(name)}: ${problems.join('; ')}`;
  const blocks = entry.blocks.map(withoutCredentials);
  if (problemsOf({ ...entry, blocks }).length > 0) return { ...entry, blocks: [], todos: [...entry.todos, why] };
  return {
    ...entry,
    blocks,
    todos: [...entry.todos, `${why}. Give the Secret keys with such names, and refer to them`],
  };
}

function problemsOf(entry: DraftEntry): readonly string[] {
  const validated = validateSpec({ [entry.list]: [fieldsOf(entry)] });
  return validated.ok ? [] : validated.problems.slice(0, 3).map(({ path, message }) => `${path} ${message}`);
}

function withoutCredentials({ comments, fields }: Block): Block {
  const { credentialsSecretRef: _, kms, ...rest } = fields;
  if (typeof kms !== 'object' || kms === null) return { comments, fields: rest };
  const { credentialsSecretRef: __, ...others } = kms as Readonly<Record<string, unknown>>;
  return { comments, fields: { ...rest, kms: others } };
}

function unresolvedOf(list: DraftEntry['list'], { backends }: DraftRequest): readonly string[] {
  return backends.unresolved.filter(({ kind }) => listOf(kind) === list).map(({ origin, why }) => `${origin}: ${why}`);
}

function listOf(kind: Backends['unresolved'][number]['kind']): DraftEntry['list'] {
  return kind === 'database' ? 'databases' : kind === 'bucket' ? 'buckets' : 'keys';
}

/** What a TODO says of services that need such a backend, and whose settings name none. */
function uncovered(list: DraftEntry['list'], request: DraftRequest): readonly string[] {
  return servicesWithout(list, request).map(
    ({ service, workload, where }) =>
      `${workload} uses ${KIND_OF_LIST[list].what}, and its settings name none${where}. Write an entry with usedBy: [${service}]`,
  );
}

/** Services that need such a backend in this topology, and whose settings name none; `where` ends the sentence. */
export function servicesWithout(
  list: DraftEntry['list'],
  { backends, settings, topology }: Pick<DraftRequest, 'backends' | 'settings' | 'topology'>,
): readonly { readonly service: Service; readonly workload: string; readonly where: string }[] {
  const { backend } = KIND_OF_LIST[list];
  const named = [...backends.found.map((one) => ({ ...one, services: one.usedBy })), ...unresolvedBy(backends)];
  return [...settings].flatMap(([service, { workload, secrets }]) => {
    if (topology.dependsOn[service]?.includes(backend) !== true) return [];
    if (named.some(({ kind, services }) => listOf(kind) === list && services.includes(service))) return [];
    const hidden = secrets.map(({ name, how }) => `Secret ${name} (${how})`);
    const where = hidden.length === 0 ? '' : `; it may be in ${[...new Set(hidden)].join(', ')}, which is not read`;
    return [{ service, workload, where }];
  });
}

function unresolvedBy({ unresolved }: Backends): readonly {
  readonly kind: Backends['unresolved'][number]['kind'];
  readonly services: readonly Service[];
}[] {
  return unresolved.map(({ kind, service }) => ({ kind, services: [service] }));
}

function notes(settings: ReadonlyMap<Service, Settings>): readonly string[] {
  return [
    ...new Set(
      [...settings.values()].flatMap(({ workload, troubles }) => troubles.map((why) => `${workload}: ${why}`)),
    ),
  ];
}
