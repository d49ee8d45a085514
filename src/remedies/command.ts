// The lines of a remedy: templates whose gaps are names of values. The type lets no gap through that nobody can fill.
import { isService } from '../api/components.ts';
import { FAULT_NAMES, type FaultName } from '../api/fault-names.ts';
import { shellWord, sqlName } from './quote.ts';

/** What is known without having been stored: where the report is, and what the check is about. */
export const CONTEXT_NAMES = ['namespace', 'report', 'check', 'service', 'target'] as const;

export type Name = FaultName | (typeof CONTEXT_NAMES)[number];

/** Values at hand. A name without a value leaves its command out. */
export type Known = Readonly<Partial<Record<Name, string | undefined>>>;

/** One line to copy. */
export interface Command {
  /** What takes it: a shell, or a policy of AWS. */
  readonly form: 'shell' | 'policy';
  /** Without one of these it cannot be written. */
  readonly needs: readonly Name[];
  /** Better with these. */
  readonly likes: readonly Name[];
  /** Only called with every needed name, each fit to be shown. */
  readonly write: (value: (name: Name) => string | undefined) => string;
}

/** One command, or several of which the first that can be written is. */
export type Line = Command | readonly Command[];

type Gaps = readonly Name[];

/** A command for a shell. Every value becomes one word, whatever is in it. */
export function shell(parts: TemplateStringsArray, ...gaps: Gaps): Command {
  return command(gaps, [], (value) => fill(parts, gaps, (name) => shellWord(value(name) ?? '')));
}

/** `kubectl` in the namespace of the report. */
export function kubectl(parts: TemplateStringsArray, ...gaps: Gaps): Command {
  return before(
    ['namespace'],
    [],
    shell(parts, ...gaps),
    (value) => `kubectl -n ${shellWord(value('namespace') ?? '')} `,
  );
}

/** `kubectl rollout VERB` of the workload; what kubectl cannot roll out has a client of its own. */
export function rollout(verb: 'status' | 'undo' | 'restart' | 'resume' | 'history'): Command {
  return command(['namespace', 'kind', 'workload'], [], (value) => {
    const [namespace = '', kind = '', workload = ''] = [value('namespace'), value('kind'), value('workload')].map(
      (one) => shellWord(one ?? ''),
    );
    switch (kind) {
      case 'deploymentconfig':
        return verb === 'restart'
          ? `oc -n ${namespace} rollout latest dc/${workload}`
          : `oc -n ${namespace} rollout ${verb} dc/${workload}`;
      case 'rollout':
        return verb === 'history' || verb === 'resume'
          ? `kubectl argo rollouts -n ${namespace} get rollout ${workload}`
          : `kubectl argo rollouts -n ${namespace} ${verb} ${workload}`;
      default:
        return `kubectl -n ${namespace} rollout ${verb} ${kind}/${workload}`;
    }
  });
}

/** `aws`, with the region and the endpoint that the target has. */
export function aws(parts: TemplateStringsArray, ...gaps: Gaps): Command {
  const inner = shell(parts, ...gaps);
  return command(inner.needs, ['region', 'endpoint'], (value) => {
    const [region, endpoint] = [value('region'), value('endpoint')];
    return [
      `aws ${inner.write(value)}`,
      ...(region === undefined ? [] : [`--region ${shellWord(region)}`]),
      ...(endpoint === undefined ? [] : [`--endpoint-url ${shellWord(endpoint)}`]),
    ].join(' ');
  });
}

/** A statement for psql at the database of the target. Gaps are identifiers. */
export function sql(parts: TemplateStringsArray, ...gaps: Gaps): Command {
  return command(['host', 'port', 'database', ...gaps], [], (value) => {
    const statement = fill(parts, gaps, (name) => sqlName(value(name) ?? ''));
    const [host = '', port = '', database = ''] = [value('host'), value('port'), value('database')].map((one) =>
      shellWord(one ?? ''),
    );
    return `psql -h ${host} -p ${port} -d ${database} -c ${shellWord(statement)}`;
  });
}

/** A statement of a policy of AWS that allows what the fault says is not granted. */
export function grant(resource: 'key' | 'bucket'): Command {
  return command(['action', resource], [], (value) =>
    statement(resource, [value('action') ?? ''], value(resource) ?? ''),
  );
}

/** A statement of a policy of AWS that allows these actions. */
export function policy(resource: 'key' | 'bucket', ...actions: readonly string[]): Command {
  return command([resource], [], (value) => statement(resource, actions, value(resource) ?? ''), 'policy');
}

function statement(resource: 'key' | 'bucket', actions: readonly string[], name: string): string {
  const [first, ...others] = actions;
  return JSON.stringify({
    Effect: 'Allow',
    Action: others.length === 0 ? first : actions,
    ...(resource === 'key' ? onKey(name) : onBucket(name, actions)),
  });
}

function onBucket(name: string, actions: readonly string[]): object {
  return { Resource: `arn:aws:s3:::${name}${actions.some(isOfObjects) ? '/*' : ''}` };
}

/** A policy takes neither an alias nor a bare id for a resource: an alias stands in a condition. */
function onKey(key: string): object {
  if (key.startsWith('arn:') && !key.includes(':alias/')) return { Resource: key };
  const alias = /(?:^|:)(alias\/.*)$/.exec(key)?.[1];
  return alias === undefined
    ? { Resource: `arn:aws:kms:*:*:key/${key}` }
    : {
        Resource: 'arn:aws:kms:*:*:key/*',
        Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
      };
}

/** Actions on objects and on the bucket itself have different resources. */
function isOfObjects(action: string): boolean {
  return /^s3:(?:Get|Put|Delete|Abort)Object/.test(action);
}

function command(
  needs: readonly Name[],
  likes: readonly Name[],
  write: Command['write'],
  form: Command['form'] = 'shell',
): Command {
  return { form, needs: [...new Set(needs)], likes, write };
}

function before(
  needs: readonly Name[],
  likes: readonly Name[],
  inner: Command,
  head: (value: (name: Name) => string | undefined) => string,
): Command {
  return command([...needs, ...inner.needs], [...likes, ...inner.likes], (value) => head(value) + inner.write(value));
}

function fill(parts: TemplateStringsArray, gaps: Gaps, word: (name: Name) => string): string {
  // As it is written: `\n` is for the tool that reads the command.
  return parts.raw.reduce((text, part, index) => text + word(gaps[index - 1] as Name) + part);
}

/** Where the report is and what the check is about. */
export function contextOf({
  namespace,
  name,
  check,
}: {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly check: string;
}): Known {
  const parts = check.split('/');
  const service = parts.find(isService);
  return {
    namespace,
    report: name,
    check,
    target: parts.slice(0, -1).join('/'),
    service,
  };
}

/** True for a name that is stored with a fault. */
export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULT_NAMES, name);
}
