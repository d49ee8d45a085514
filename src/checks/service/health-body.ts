// What a health endpoint's answer says, address by address: Spring Boot, the enrollment agent, a page.
import type { Component } from '../../api/components.ts';
import type { FaultCode } from '../../api/faults.ts';
import type { HttpAnswer } from '../../facts/observed.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import { faultOfParts, isUp, type HealthPart, partsOf, shown } from './health-parts.ts';
import { isRecord } from '../../runtime/is-record.ts';

/** What one answer says: all is well, or a fault with the words that follow the address's name. */
export type Reading =
  | {
      readonly healthy: true;
      readonly words: string;
      /** Backends that the answer itself shows to be up. */
      readonly vouches: readonly Component[];
    }
  | { readonly healthy: false; readonly code: FaultCode; readonly words: string };

const LONGEST_WORD = 32;
const LONGEST_LOCATION = 60;

/** What Envoy says in place of a server that it cannot reach (a mesh, an ingress). */
const NO_UPSTREAM = /^\s*(upstream connect error|no healthy upstream|upstream request timeout)/;

/** By an AuthorizationPolicy of Istio: no credentials of the service help. */
export function isDeniedByMesh({ status, body }: HttpAnswer): boolean {
  return status === 403 && body.startsWith('RBAC: access denied');
}

/** Reads an answer as the format of the target asks. `path` is the one that was asked, where that is another. */
export function readHealth(answer: HttpAnswer, health: ServiceTarget['health'], path = health.path): Reading {
  const proxy = answer.status >= 502 && answer.status <= 504 ? NO_UPSTREAM.exec(answer.body)?.[1] : undefined;
  if (proxy !== undefined)
    return {
      healthy: false,
      code: 'ServiceUnreachable',
      words: `is not reached by its proxy: ${answer.status} ${proxy}`,
    };
  if (isDeniedByMesh(answer))
    return closed(`answers 403 on ${path}: a policy of its mesh does not let the operator in`, health.named);
  switch (health.format) {
    case 'page':
      return readPage(answer, health.named);
    case 'agent':
      return readJson(answer, { ...health, path }, (body) => readAgent(answer, body));
    case 'spring':
      return readJson(answer, { ...health, path }, (body) => readSpring(answer, body));
  }
}

function readPage({ status }: HttpAnswer, named: boolean): Reading {
  if (status < 400) return good(`answers ${status}`);
  return status < 500 ? notReadable(`answers ${status}`, named) : down(`answers ${status}`);
}

/** A 404, a login page, a redirect: on a default path they say that our guess was wrong, on a named one that it is. */
function notReadable(words: string, named: boolean): Reading {
  return { healthy: false, code: named ? 'HealthPathMissing' : 'HealthNotReadable', words };
}

/** Closed to us is not closed to those who need it: on a path that the spec names, what is missing are credentials. */
function closed(words: string, named: boolean): Reading {
  return { healthy: false, code: named ? 'HealthCredentialsRequired' : 'HealthNotReadable', words };
}

function good(words: string, vouches: readonly Component[] = []): Reading {
  return { healthy: true, words, vouches };
}

function down(words: string): Reading {
  return { healthy: false, code: 'HealthDown', words };
}

type Body = Readonly<Record<string, unknown>>;

function readJson(
  answer: HttpAnswer,
  { named, path, format }: ServiceTarget['health'],
  read: (body: Body) => Reading,
): Reading {
  const { status, truncated, location } = answer;
  if (status === 401 || status === 403) return closed(`answers ${status} on ${path}: it asks for credentials`, named);
  if (status >= 300 && status < 400 && location !== undefined)
    return notReadable(`answers ${status} on ${path}: it redirects to ${clip(location, LONGEST_LOCATION)}`, named);
  const body = truncated ? undefined : parse(answer.body);
  // Which status goes with DOWN is a setting (`management.endpoint.health.status.http-mapping`).
  if (status >= 300 && status < 500 && !(format === 'spring' && body !== undefined && isLost(word(body, 'status'))))
    return notReadable(`answers ${status} on ${path}`, named);
  if (body !== undefined && typeof own(body, 'status') === 'string') return read(body);
  if (status >= 500)
    return format === 'agent' && status === 500
      ? { healthy: false, code: 'AgentServerError', words: `answers ${status}` }
      : down(`answers ${status}`);
  if (isHtml(answer)) return notReadable(`answers ${path} with a web page`, named);
  if (truncated) return { healthy: false, code: 'HealthBodyTooLarge', words: `sends more than 64 KiB on ${path}` };
  const words = body === undefined ? `answers ${path} with no JSON object` : `answers ${path} without a status`;
  return { healthy: false, code: 'HealthBodyInvalid', words };
}

/** `{"version": "…", "status": "ok"}` (IDV Bridge on-premises, endpoints). */
function readAgent({ status }: HttpAnswer, body: Body): Reading {
  if (status === 500) return { healthy: false, code: 'AgentServerError', words: 'answers 500' };
  if (status > 500) return down(`answers ${status}`);
  const said = word(body, 'status');
  if (said.toLowerCase() !== 'ok') return unrecognized(said);
  const version = own(body, 'version');
  return good(typeof version === 'string' ? `says ok, version ${clip(version)}` : 'says ok');
}

/**
 * Spring Boot Actuator: DOWN and OUT_OF_SERVICE come with 503, UNKNOWN and words of one's own with 200. The part that
 * is down decides what is wrong. A service that says UP while it lists a part that is down (its status order may be
 * its own) is not believed about that part; where the part is a backend, it cannot use it.
 */
function readSpring({ status }: HttpAnswer, body: Body): Reading {
  const said = word(body, 'status').toUpperCase();
  const parts = partsOf(body);
  const bad = parts.filter((part) => !isUp(part));
  if (isLost(said) || status >= 500) {
    const lead = isLost(said) ? `says ${said}` : `answers ${status} with status ${said}`;
    return { healthy: false, code: faultOfParts(bad), words: lead + tell(bad) };
  }
  if (said !== 'UP') return unrecognized(said);
  const broken = parts.filter((part) => isLost(part.status));
  if (broken.length > 0) {
    // What a backend needs is no matter of the order in which statuses are summed up.
    const lost = broken.filter(({ backend }) => backend !== undefined);
    const code = lost.length > 0 ? faultOfParts(lost) : 'HealthPartDown';
    return { healthy: false, code, words: `says UP, but not of its part ${shown(lost.length > 0 ? lost : broken)}` };
  }
  // Spring Boot leaves words that it does not know out of the sum: UP says nothing of such a part.
  const unknown = bad.find(({ backend }) => backend !== undefined);
  if (unknown !== undefined) return unrecognized(`UP, and ${unknown.status} of its part ${unknown.path}`);
  const databases = parts.filter(({ backend }) => backend === 'database');
  const seen = databases.some(({ isDataSource }) => isDataSource) && databases.every(({ status }) => status === 'UP');
  const [odd] = bad;
  return good(
    odd === undefined ? 'says UP' : `says UP, and ${odd.status} of its part ${odd.path}`,
    seen ? ['database'] : [],
  );
}

/** The words under which Spring Boot answers 503 unless it is told otherwise. */
function isLost(said: string): boolean {
  return /^(?:DOWN|OUT_OF_SERVICE)$/i.test(said);
}

function tell(parts: readonly HealthPart[]): string {
  return parts.length === 0 ? '' : `: ${shown(parts)}`;
}

function unrecognized(said: string): Reading {
  return { healthy: false, code: 'HealthStatusUnrecognized', words: `says ${said === '' ? 'nothing' : said}` };
}

/** The object that a text holds. `JSON.parse` makes plain own properties, also of `__proto__`. */
function parse(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function own(body: Body, key: string): unknown {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

function word(body: Body, key: string): string {
  const value = own(body, key);
  return typeof value === 'string' ? clip(value.trim()) : '';
}

function clip(text: string, longest = LONGEST_WORD): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function isHtml({ contentType, body }: HttpAnswer): boolean {
  return (
    /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType) || /^\s{0,64}<(?:!doctype html|html)\b/i.test(body)
  );
}
