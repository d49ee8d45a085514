// What a health endpoint's answer says, address by address: Spring Boot, the enrollment agent, a page.
import type { FaultCode } from '../../api/faults.ts';
import type { HttpAnswer } from '../../facts/observed.ts';
import type { ServiceTarget } from '../../facts/target.ts';

/** What one answer says: all is well, or a fault with the words that follow the address's name. */
export type Reading =
  | { readonly healthy: true; readonly words: string }
  | { readonly healthy: false; readonly code: FaultCode; readonly words: string };

/** How deep nested components are looked at, and how many are named. */
const DEEPEST = 4;
const MOST_NAMED = 3;
const LONGEST_WORD = 32;

/** Reads an answer as the format of the target asks. */
export function readHealth(answer: HttpAnswer, health: ServiceTarget['health']): Reading {
  switch (health.format) {
    case 'page':
      return readPage(answer, health.named);
    case 'agent':
      return readJson(answer, health, (body) => readAgent(answer, body));
    case 'spring':
      return readJson(answer, health, (body) => readSpring(answer, body));
  }
}

function readPage({ status }: HttpAnswer, named: boolean): Reading {
  if (status < 400) return { healthy: true, words: `answers ${status}` };
  return status < 500 ? notReadable(`answers ${status}`, named) : down(`answers ${status}`);
}

/** A 404, a login page, a redirect: on a default path they say that our guess was wrong, on a named one that it is. */
function notReadable(words: string, named: boolean): Reading {
  return { healthy: false, code: named ? 'HealthPathMissing' : 'HealthNotReadable', words };
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
  const { status, truncated } = answer;
  if (status >= 300 && status < 500) return notReadable(`answers ${status} on ${path}`, named);
  const body = truncated ? undefined : parse(answer.body);
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
  return { healthy: true, words: typeof version === 'string' ? `says ok, version ${clip(version)}` : 'says ok' };
}

/** Spring Boot Actuator: DOWN and OUT_OF_SERVICE come with 503, UNKNOWN and words of one's own with 200. */
function readSpring({ status }: HttpAnswer, body: Body): Reading {
  const said = word(body, 'status');
  if (said === 'DOWN' || said === 'OUT_OF_SERVICE') {
    const components = downComponents(body);
    return down(`says ${said}${components.length === 0 ? '' : `: ${components.join(', ')}`}`);
  }
  if (status >= 500) return down(`answers ${status} with status ${said}`);
  return said === 'UP' ? { healthy: true, words: 'says UP' } : unrecognized(said);
}

function unrecognized(said: string): Reading {
  return { healthy: false, code: 'HealthStatusUnrecognized', words: `says ${said === '' ? 'nothing' : said}` };
}

/** Paths of the innermost components that are down (`db.npDataSource`), where the endpoint shows them. */
function downComponents(body: Body): readonly string[] {
  const names: string[] = [];
  const walk = (parent: Body, prefix: string, depth: number): boolean => {
    // `details` held the components in Spring Boot 2.0 and 2.1.
    const children = own(parent, 'components') ?? own(parent, 'details');
    if (!isBody(children) || depth > DEEPEST) return false;
    let any = false;
    for (const [name, child] of Object.entries(children)) {
      if (names.length >= MOST_NAMED) return true;
      if (!isBody(child)) continue;
      const said = own(child, 'status');
      if (said !== 'DOWN' && said !== 'OUT_OF_SERVICE') continue;
      any = true;
      const path = prefix + clip(name);
      if (!walk(child, `${path}.`, depth + 1)) names.push(path);
    }
    return any;
  };
  walk(body, '', 1);
  return names;
}

/** The object that a text holds. `JSON.parse` makes plain own properties, also of `__proto__`. */
function parse(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isBody(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(body: Body, key: string): unknown {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

function word(body: Body, key: string): string {
  const value = own(body, key);
  return typeof value === 'string' ? clip(value.trim()) : '';
}

function clip(text: string): string {
  return text.length > LONGEST_WORD ? `${text.slice(0, LONGEST_WORD)}…` : text;
}

function isHtml({ contentType, body }: HttpAnswer): boolean {
  return (
    /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType) || /^\s{0,64}<(?:!doctype html|html)\b/i.test(body)
  );
}
