// What the service says of itself, asked at every ready address: the worst answer counts, and says for how many.
import { traits, type FaultCode } from '../../api/faults.ts';
import { SEVERITIES, type Result } from '../../api/faults/traits.ts';
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { Outcome } from '../../facts/outcome.ts';
import type { HttpAnswer } from '../../facts/observed.ts';
import type { ServiceAddress, ServiceTarget } from '../../facts/target.ts';
import { literal, redact, type SafeText } from '../../runtime/safe-text.ts';
import { OUR_TROUBLES, passOn } from '../pass-on.ts';
import { readHealth, type Reading } from './health-body.ts';
import { judgeWorkload } from '../pods/workload.ts';

const DETAIL_BYTES = 160;

const FAULTS = [
  'HealthDown',
  'AgentServerError',
  'ServiceAddressUnresolved',
  'ServiceRefused',
  'ServiceTimeout',
  'ServiceUnreachable',
  'ServiceTlsFailed',
  'NoReadyEndpoints',
  'HealthPathMissing',
  'HealthNotReadable',
  'HealthStatusUnrecognized',
  'HealthBodyInvalid',
  'HealthBodyTooLarge',
  ...OUR_TROUBLES,
] as const satisfies readonly FaultCode[];

export const serviceHealth: Check<'service'> = {
  question: 'health',
  about: 'service',
  feeds: 'Healthy',
  faults: FAULTS,
  ask({ target, observed: { answers }, now }) {
    if (target.presence === 'gone') return notAsked('it is gone');
    if (!target.addresses.ok && target.addresses.fault.code !== 'NoReadyEndpoints')
      return passOn(target.addresses.fault, FAULTS);
    if (answers.length === 0) return withoutAddress(target, now);
    return worstOf(answers.map(({ address, answer }) => ({ address, answer, reading: readOutcome(answer, target) })));
  },
};

/** No address: when the workload says why, it says it once. */
function withoutAddress({ id, workload, addresses, presence }: ServiceTarget, now: Date): Answer {
  if (workload === undefined && presence === 'listed') return notAsked('it was not found');
  if (workload !== undefined) {
    const answer = judgeWorkload(workload, now);
    if (answer.kind === 'fault') return notAsked(answer.fault.detail);
  }
  const detail = addresses.ok ? redact(`${id} has no ready endpoint to ask`) : addresses.fault.detail;
  return found({ code: 'NoReadyEndpoints', detail });
}

function notAsked(why: string): Answer {
  return found({ code: 'NotAsked', detail: say(`there is no address to ask: ${why}`) });
}

function readOutcome(answer: Outcome<HttpAnswer>, target: ServiceTarget): Reading {
  if (answer.ok) return readHealth(answer.value, target.health);
  const known = (FAULTS as readonly FaultCode[]).includes(answer.fault.code);
  return { healthy: false, code: known ? answer.fault.code : 'Unclassified', words: answer.fault.detail };
}

interface Heard {
  readonly address: ServiceAddress;
  readonly answer: Outcome<HttpAnswer>;
  readonly reading: Reading;
}

function worstOf(unsorted: readonly Heard[]): Answer {
  // By name, so that the order in which endpoints are listed changes nothing.
  const heard = unsorted.toSorted((a, b) => (nameOf(a.address) < nameOf(b.address) ? -1 : 1));
  const [worst] = heard.toSorted((a, b) => rank(a.reading) - rank(b.reading));
  if (worst === undefined) return notAsked('none was visited');
  const noun = heard.every(({ address }) => address.pod !== undefined) ? 'pods' : 'addresses';
  if (worst.reading.healthy) {
    const healthy = heard.filter(({ reading }) => reading.healthy).length;
    if (heard.length === 1) return pass(say(worst.reading.words));
    return pass(say(`${healthy} of ${heard.length} ${noun}: ${worst.reading.words}`));
  }
  const { code, words } = worst.reading;
  const alike = heard.filter(({ reading }) => !reading.healthy && reading.code === code).length;
  const share = heard.length === 1 ? '' : `${alike} of ${heard.length} ${noun}: `;
  const detail = say(share + sentence(worst, words));
  return found({ code, detail }, worst.answer.ok ? evidenceOf(worst.answer.value) : undefined);
}

/** A transport fault names its address already; the pod is what people look for. */
function sentence({ address, answer }: Heard, words: string): string {
  if (answer.ok) return `${nameOf(address)} ${words}`;
  return address.pod === undefined ? words : `${address.pod}: ${words}`;
}

function nameOf({ pod, name }: ServiceAddress): string {
  return pod ?? name;
}

/** fail before error before warn before pass before skip, then by severity. */
function rank(reading: Reading): number {
  if (reading.healthy) return order('pass') * SEVERITIES.length;
  const { result, severity } = traits(reading.code);
  return order(result) * SEVERITIES.length + SEVERITIES.indexOf(severity);
}

const ORDER = ['fail', 'error', 'warn', 'pass', 'skip'] as const satisfies readonly Result[];

function order(result: Result): number {
  return ORDER.indexOf(result);
}

function evidenceOf({ status, body }: HttpAnswer): SafeText {
  return body.trim() === '' ? literal(`HTTP ${status}`) : redact(`HTTP ${status} ${body}`);
}

function say(text: string): SafeText {
  return redact(text, [], DETAIL_BYTES);
}
