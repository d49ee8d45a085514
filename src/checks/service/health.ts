// What the service says of itself, asked at every ready address: the worst answer counts, and says for how many.
import type { Component } from '../../api/components.ts';
import { traits, type FaultCode } from '../../api/faults.ts';
import { SEVERITIES, type Result } from '../../api/faults/traits.ts';
import { found, pass, vouching, type Answer, type Check } from '../../facts/answer.ts';
import type { HttpAnswer, ServiceObserved } from '../../facts/observed.ts';
import { podsOf, type ServiceAddress, type ServiceTarget } from '../../facts/target.ts';
import { literal, redact, type SafeText } from '../../runtime/safe-text.ts';
import { OUR_TROUBLES, passOn } from '../../facts/pass-on.ts';
import { isDeniedByMesh, readHealth, type Reading } from './health-body.ts';
import { judgeWorkload } from '../pods/workload.ts';
import { sentence } from '../../facts/sentence.ts';

const FAULTS = [
  'HealthDown',
  'HealthDatabaseDown',
  'HealthStorageDown',
  'HealthKeysDown',
  'HealthDiskFull',
  'HealthCertificateInvalid',
  'HealthPartDown',
  'AgentServerError',
  'ServiceAddressUnresolved',
  'ServiceRefused',
  'ServiceTimeout',
  'ServiceUnreachable',
  'ServiceTlsFailed',
  'NoReadyEndpoints',
  'HealthPathMissing',
  'HealthCredentialsRequired',
  'HealthPartSlow',
  'ServiceClientCertificateRequired',
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
  evidence:
    'The answer of every Ready pod of the service, the worst of them. The place comes from the spec, the probes of the pod template, the management port, the Service, in this order; the aggregate before a group of it. Where none of them is open to us, the readiness probe of the kubelet, as long as the pod template has one that asks the pod and may fail; Unknown where it has none.',
  faults: FAULTS,
  ask({ target, observed: { answers }, now }) {
    if (target.presence === 'gone') return notAsked('it is gone');
    if (target.presence === 'expected') return notAsked('it was not found');
    if (!target.addresses.ok && target.addresses.fault.code !== 'NoReadyEndpoints')
      return passOn(target.addresses.fault, FAULTS);
    if (answers.length === 0) return withoutAddress(target, now);
    return withOthers(worstOf(answers.map((one) => ({ ...one, reading: readOutcome(one, target) }))), target);
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
  return found({ code: 'NotAsked', detail: sentence(`there is no address to ask: ${why}`) });
}

type One = ServiceObserved['answers'][number];

/** What one address says. */
export function readOutcome({ answer, place, alive }: One, target: ServiceTarget): Reading {
  const { health } = target;
  if (!answer.ok) {
    const { code, detail } = answer.fault;
    if (code === 'ServiceTimeout' && alive === true) {
      const words = 'is alive (liveness answers), but the whole of its health does not answer in time';
      return { healthy: false, code: 'HealthPartSlow', words };
    }
    if (code === 'HealthNotReadable' && health.readiness !== undefined && !isStale(target))
      return byKubelet(detail, health.readiness);
    return {
      healthy: false,
      code: (FAULTS as readonly FaultCode[]).includes(code) ? code : 'Unclassified',
      words: detail,
    };
  }
  const reading = readHealth(answer.value, health, place?.path);
  const { status } = answer.value;
  if (target.credentials !== undefined && (status === 401 || status === 403) && !isDeniedByMesh(answer.value)) {
    const words = `answers ${status} on ${place?.path ?? health.path}: it refuses the credentials of the report`;
    return { healthy: false, code: 'HealthCredentialsRequired', words };
  }
  if (!reading.healthy && reading.code === 'HealthNotReadable' && health.readiness !== undefined && !isStale(target))
    return byKubelet(reading.words, health.readiness);
  if (reading.healthy && place?.scope === 'group')
    return { ...reading, words: `${reading.words} on ${place.path} alone` };
  return reading;
}

/** Pods that are endpoints are Ready by the kubelet's own probe, which does not go our way. */
function withOthers(answer: Answer, target: ServiceTarget): Answer {
  const { health, addresses } = target;
  if (answer.kind === 'pass' || health.readiness === undefined || !addresses.ok || isStale(target)) return answer;
  if (!addresses.value.every(({ pod }) => pod !== undefined)) return answer;
  const count = addresses.value.length;
  return {
    ...answer,
    otherwise: redact(`${count} ${count === 1 ? 'pod is' : 'pods are'} Ready by the kubelet's probe`),
  };
}

/** A kubelet that is not heard of said long ago that its pods are Ready. */
function isStale(target: ServiceTarget): boolean {
  return podsOf(target).some(({ nodeTrouble }) => nodeTrouble !== undefined);
}

/** The kubelet takes a pod out of the endpoints as soon as its own probe fails: that it is there is evidence. */
function byKubelet(words: string, readiness: string): Reading {
  return { healthy: true, words: `Ready by the kubelet's probe (${readiness}); for us it ${words}`, vouches: [] };
}

interface Heard extends One {
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
    const share = heard.length === 1 ? '' : `${healthy} of ${heard.length} ${noun}: `;
    return vouching(pass(sentence(share + worst.reading.words)), vouchedBy(heard));
  }
  const { code, words } = worst.reading;
  const alike = heard.filter(({ reading }) => !reading.healthy && reading.code === code).length;
  const share = heard.length === 1 ? '' : `${alike} of ${heard.length} ${noun}: `;
  const detail = sentence(share + withPod(worst, words));
  return found({ code, detail }, worst.answer.ok ? evidenceOf(worst.answer.value) : undefined);
}

/** What every address says is up. One that hides it, or was not heard, proves nothing. */
function vouchedBy(heard: readonly Heard[]): readonly Component[] {
  const [first] = heard;
  if (first?.reading.healthy !== true) return [];
  return first.reading.vouches.filter((component) =>
    heard.every(({ reading }) => reading.healthy && reading.vouches.includes(component)),
  );
}

/** A transport fault names its address already; the pod is what people look for. */
function withPod({ address, answer, alive }: Heard, words: string): string {
  if (answer.ok || alive === true) return `${nameOf(address)} ${words}`;
  return address.pod === undefined ? words : `${address.pod}: ${words}`;
}

function nameOf({ pod, name }: ServiceAddress): string {
  return pod ?? name;
}

/** fail before error before warn before skip before pass, then by severity: pods that say UP prove nothing about one that cannot be read. */
function rank(reading: Reading): number {
  if (reading.healthy) return order('pass') * SEVERITIES.length;
  const { result, severity } = traits(reading.code);
  return order(result) * SEVERITIES.length + SEVERITIES.indexOf(severity);
}

const ORDER = ['fail', 'error', 'warn', 'skip', 'pass'] as const satisfies readonly Result[];

function order(result: Result): number {
  return ORDER.indexOf(result);
}

function evidenceOf({ status, body }: HttpAnswer): SafeText {
  return body.trim() === '' ? literal(`HTTP ${status}`) : redact(`HTTP ${status} ${body}`);
}
