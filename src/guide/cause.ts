// What a record's chain of causes says: the deepest thing in it that the table knows.
import { SERVICES, type Backend, type Component, type Service } from '../api/components.ts';
import type { FaultCode } from '../api/faults.ts';
import {
  AWS_CLIENT,
  AWS_NO_CREDENTIALS,
  CAN_SPEAK_OF,
  CAUSE_GROUPS,
  TROUBLE_AT,
  type About,
  type CauseRule,
} from './cause-table.ts';
import { headersOf, type Headers } from './exception-headers.ts';
import { serviceNamed } from './service-name.ts';

/** The deepest cause of a record. */
export interface Deepest {
  /** In the words of the probes; undefined for what nobody classifies. */
  readonly fault?: FaultCode | undefined;
  /** Its line, without `Caused by:`. */
  readonly text: string;
  /** Another record of the same failure may say it more exactly. */
  readonly vague?: true;
}

export interface Cause {
  /** Whose log says so: of the services asked for, the first that can. */
  readonly component: Service;
  /** What the line itself is reported as. */
  readonly fault: FaultCode;
  readonly blames?: Component | undefined;
  /** The host that it names, as written. */
  readonly captured?: string | undefined;
  /** Undefined where the failure is the line itself. */
  readonly deepest: Deepest;
  /** Characters of the text: where the line begins that says it. */
  readonly start: number;
  readonly end: number;
}

interface Hit {
  readonly rule: CauseRule;
  readonly index: number;
  readonly host?: string | undefined;
}

/**
 * The cause that a record's text tells, or undefined where none is known, or it is none of these services' business.
 *
 * @param text message and stack trace
 * @param services whose log it is, owner first
 */
export function causeIn(text: string, services: readonly Service[]): Cause | undefined {
  const headers = headersOf(text);
  const hits = hitsIn(headers, services, text);
  const deepestFirst = headers.rootFirst ? hits : hits.toReversed();
  const [first] = deepestFirst.filter(({ rule }) => rule.about !== undefined);
  const about = first?.rule.about;
  if (first === undefined || about === undefined) return undefined;
  const component = services.find((service) => canSpeak(service, about)) ?? services[0];
  if (component === undefined) return undefined;
  const known = deepestFirst.filter(({ rule }) => rule.about === about && rule.fault !== undefined);
  const exact = known.find(({ rule }) => rule.vague !== true);
  const network = about === 'itself' ? undefined : deepestFirst.find(({ rule }) => rule.trouble !== undefined);
  const decisive = exact ?? network ?? known[0] ?? first;
  const trouble = about === 'itself' ? undefined : decisive.rule.trouble;
  const fault = about === 'itself' || trouble === undefined ? decisive.rule.fault : TROUBLE_AT[about][trouble];
  const line = headers.lineAt(decisive.index);
  const isVague = decisive.rule.vague === true || fault === undefined;
  const deepest: Deepest = {
    text: line.text,
    fault,
    ...(isVague ? { vague: true } : {}),
  };
  const place = { component, deepest, start: line.start, end: line.end };
  switch (about) {
    case 'database':
      return { ...place, fault: databaseFault(headers, fault), blames: 'database' };
    case 'object-storage':
      return { ...place, fault: 'StorageErrorLogged', blames: 'object-storage' };
    case 'key-management':
      return { ...place, fault: 'KeyErrorLogged', blames: 'key-management' };
    case 'itself':
      return { ...place, fault: 'JvmOutOfMemory' };
    case 'service':
      return { ...place, ...accusedService(deepestFirst, component) };
  }
}

/** What Hikari counts: none made, or all in use. Two people are needed for the two. */
const POOL = /\(total=(\d{1,6}), active=(\d{1,6}), idle=(\d{1,6}), waiting=(\d{1,9})\)/;

/** The fault that Hikari's own numbers tell; undefined without them. */
export function poolFault(text: string): 'PoolUsedUp' | 'PoolWithoutConnections' | undefined {
  const [, total, active] = POOL.exec(text) ?? [];
  if (total === undefined || active === undefined) return undefined;
  if (Number(total) === 0) return 'PoolWithoutConnections';
  return active === total ? 'PoolUsedUp' : undefined;
}

/** Of statements, on a connection that stands: nothing that the guide has a row for. */
const OF_STATEMENTS: ReadonlySet<FaultCode> = new Set([
  'DatabaseSchemaMissing',
  'DatabasePrivilegeMissing',
  'DatabaseStatementsAtRisk',
  'DatabaseQueryFailed',
]);

function databaseFault(headers: Headers, fault: FaultCode | undefined): FaultCode {
  if (fault === 'DatabaseDiskFull') return fault;
  if (fault !== undefined && OF_STATEMENTS.has(fault)) return 'StatementErrorLogged';
  return poolFault(headers.text) ?? 'DatabaseErrorLogged';
}

function hitsIn(headers: Headers, services: readonly Service[], whole: string): readonly Hit[] {
  const rules = CAUSE_GROUPS.filter(
    ({ about, gate }) => (about === undefined || canBeOf(about, services)) && gate.test(headers.text),
  ).flatMap((group) => group.rules);
  const hits = rules.flatMap((rule) => hitsOf(rule, headers.text));
  const client = AWS_CLIENT.exec(headers.text);
  const about = client === null ? undefined : awsAbout(whole, services);
  if (client !== null && about !== undefined) {
    const fault = about === 'object-storage' ? 'BucketCredentialsInvalid' : 'KmsCredentialsInvalid';
    const rule: CauseRule = { says: AWS_CLIENT, about, ...(AWS_NO_CREDENTIALS.test(headers.text) ? { fault } : {}) };
    hits.push({ rule, index: client.index });
  }
  return hits
    .filter(({ rule, host }) => isOurs(rule, host, services))
    .toSorted((a, b) => a.index - b.index || Number(b.rule.fault === undefined) - Number(a.rule.fault === undefined));
}

/** Not `matchAll`, which makes a new expression of each. */
function hitsOf(rule: CauseRule, text: string): readonly Hit[] {
  const hits: Hit[] = [];
  rule.says.lastIndex = 0;
  for (let match = rule.says.exec(text); match !== null; match = rule.says.exec(text)) {
    hits.push({ rule, index: match.index, host: match[1] });
  }
  return hits;
}

function awsAbout(text: string, services: readonly Service[]): 'object-storage' | 'key-management' | undefined {
  if (/services\.s3\.|\bS3\b/.test(text)) return 'object-storage';
  if (/services\.kms\.|\bKms\b|\bKMS\b/.test(text)) return 'key-management';
  const [about] = (['object-storage', 'key-management'] as const).filter((backend) =>
    services.some((service) => CAN_SPEAK_OF[backend].includes(service)),
  );
  return services.length === SERVICES.length ? undefined : about;
}

/** A backend that no service of this log uses, or a host that is none of Recognize's, is somebody else's affair. */
function isOurs({ about, says }: CauseRule, host: string | undefined, services: readonly Service[]): boolean {
  if (about === undefined || about === 'itself') return true;
  if (about !== 'service') return canBeOf(about, services);
  return host === undefined ? says.source.startsWith('HttpServerError') : serviceNamed(firstLabel(host)) !== undefined;
}

function canBeOf(about: Backend, services: readonly Service[]): boolean {
  return services.some((service) => CAN_SPEAK_OF[about].includes(service));
}

function canSpeak(service: Service, about: About): boolean {
  return about === 'service' || about === 'itself' || CAN_SPEAK_OF[about].includes(service);
}

function accusedService(
  deepestFirst: readonly Hit[],
  component: Service,
): { readonly fault: FaultCode; readonly blames?: Component | undefined; readonly captured?: string | undefined } {
  const answered = deepestFirst.some(({ rule }) => rule.answered === true);
  const host = deepestFirst.find(({ rule, host: named }) => rule.about === 'service' && named !== undefined)?.host;
  const captured = host === undefined ? undefined : firstLabel(host);
  const blames = captured === undefined ? undefined : serviceNamed(captured);
  const ownRow = component === 'auth-vault' && blames === 'node-persistence';
  const fault = answered
    ? ownRow
      ? 'NodePersistenceServerError'
      : 'InternalServiceError'
    : ownRow
      ? 'NodePersistenceConnectionError'
      : 'InternalConnectionError';
  return {
    fault,
    blames,
    captured,
  };
}

function firstLabel(host: string): string {
  return host.split('.', 1)[0] ?? host;
}
