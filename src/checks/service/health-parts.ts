// The parts that a Spring Boot health document shows (`components`): which are down, and whose matter each of them is.
import type { Backend } from '../../api/components.ts';
import type { FaultCode } from '../../api/faults.ts';
import { isRecord } from '../../runtime/is-record.ts';

/** An innermost part: it has no parts of its own, or none that could be read. */
export interface HealthPart {
  /** `db`, `db.npDataSource` */
  readonly path: string;
  /** As it stands there; empty where there is none. */
  readonly status: string;
  /** The backend that the part speaks of, told by its name. */
  readonly backend: Backend | undefined;
  /** The name is Spring Boot's own for a data source: that such a part is UP is evidence of its database. */
  readonly isDataSource: boolean;
}

/** How deep nested parts are looked at, and how many are named. How many there are is bounded by what is read of a body. */
const DEEPEST = 8;
const MOST_NAMED = 3;
const LONGEST_NAME = 32;

/** Spring Boot's own names for a data source. */
const DATA_SOURCE = /^(?:db|r2dbc|jdbc|postgres(?:ql)?|hikari.*|.*data-?source\d*)$/i;
/**
 * What people call indicators of theirs for a database, a bucket or a key. A name is all there is to go by: an indicator
 * does not say what it looks at.
 */
const BACKEND_NAMES: readonly (readonly [Backend, RegExp])[] = [
  ['database', DATA_SOURCE],
  [
    'database',
    /^(?!.*(?:mongo|influx|couch|dynamo|cosmos|maria|level|rocks|graph|search))(?:.*[-_. ])?(?:db|database)s?$/i,
  ],
  ['database', /^(?!mongo|influx|couch|dynamo|cosmos|maria|level|rocks|graph|search)[a-z0-9]{0,40}(?:Db|DB|Database)$/],
  ['key-management', /^(?:.*kms.*|.*signing-?keys?|jwt-?keys?)$/i],
  ['object-storage', /^(?:.*s3.*|.*bucket.*|.*object-?stor(?:e|age).*|minio)$/i],
];
/** Names of beans, where nobody took the end off. */
const BEAN_ENDS = /-?health(?:-?(?:indicator|contributor|check))?$/i;
const DISK = /^disk(?:-?space)?$/i;
const CERTIFICATES = /^ssl$/i;

/** Statuses under which Spring Boot itself answers 200. A word of one's own is not good by itself. */
const GOOD: ReadonlySet<string> = new Set(['UP', 'UNKNOWN', '']);

/** False for a part that is down, or has a status of its own. */
export function isUp({ status }: HealthPart): boolean {
  return GOOD.has(status);
}

/** The innermost parts that a document shows, in its order. None where it hides them. */
export function partsOf(document: Readonly<Record<string, unknown>>): readonly HealthPart[] {
  const parts: HealthPart[] = [];
  const walk = (
    parent: Readonly<Record<string, unknown>>,
    prefix: string,
    above: Pick<HealthPart, 'backend' | 'isDataSource'> | undefined,
    depth: number,
  ): boolean => {
    if (depth > DEEPEST) return false;
    let any = false;
    for (const [name, child] of childrenOf(parent)) {
      if (!isRecord(child) || typeof own(child, 'status') !== 'string') continue;
      any = true;
      const path = prefix + clip(name);
      const plain = name.replace(BEAN_ENDS, '') || name;
      const part: HealthPart = {
        path,
        status: clip(String(own(child, 'status')).trim()).toUpperCase(),
        backend: above?.backend ?? backendOf(plain),
        isDataSource: above?.isDataSource === true || DATA_SOURCE.test(plain),
      };
      const before = parts.length;
      const hasParts = walk(child, `${path}.`, part, depth + 1);
      // One that is down while its parts are well speaks for itself.
      if (!hasParts || (!isUp(part) && parts.slice(before).every(isUp))) parts.push(part);
    }
    return any;
  };
  walk(document, '', undefined, 1);
  return parts;
}

/**
 * The parts of a document or of a part: `components`; `details` in Spring Boot 2.0 and 2.1; fields beside the status in
 * 1.x; a list of `checks` with names (MicroProfile). Who writes a list in the place of the others means the same.
 */
function childrenOf(parent: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  const children = own(parent, 'components') ?? own(parent, 'details');
  if (isRecord(children)) return Object.entries(children);
  const listed = Array.isArray(children) ? children : own(parent, 'checks');
  if (Array.isArray(listed)) {
    return listed.map((one: unknown): readonly [string, unknown] => {
      const name = isRecord(one) ? own(one, 'name') : undefined;
      return [typeof name === 'string' ? name : '', one];
    });
  }
  return Object.entries(parent);
}

/**
 * What the parts that are not up amount to. A backend comes before the service's own disk, since it is lost to others
 * too; a part that nobody knows says no more than that the service is down.
 */
export function faultOfParts(bad: readonly HealthPart[]): FaultCode {
  const has = (backend: Backend): boolean => bad.some((part) => part.backend === backend);
  if (has('database')) return 'HealthDatabaseDown';
  if (has('key-management')) return 'HealthKeysDown';
  if (has('object-storage')) return 'HealthStorageDown';
  const first = (name: RegExp): boolean => bad.some(({ path }) => name.test(path.split('.')[0] ?? ''));
  if (first(DISK)) return 'HealthDiskFull';
  return first(CERTIFICATES) && bad.every(({ path }) => CERTIFICATES.test(path))
    ? 'HealthCertificateInvalid'
    : 'HealthDown';
}

/** The names of a few parts. */
export function shown(parts: readonly HealthPart[]): string {
  return parts
    .slice(0, MOST_NAMED)
    .map(({ path }) => path)
    .join(', ');
}

function backendOf(name: string): Backend | undefined {
  return BACKEND_NAMES.find(([, pattern]) => pattern.test(name))?.[0];
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function clip(text: string): string {
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}
