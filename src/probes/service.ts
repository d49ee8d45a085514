// Asks every address of a service for its health: liveness first, then the whole of it at the best place that answers.
import type { FaultCode } from '../api/faults.ts';
import type { HttpClient, TransportFault } from '../clients/clients.ts';
import type { HttpAnswer, ServiceObserved } from '../facts/observed.ts';
import { failed, ok } from '../facts/outcome.ts';
import { actuatorBase, type HealthPlace, type ServiceAddress, type ServiceTarget } from '../facts/target.ts';
import { redact } from '../runtime/safe-text.ts';
import { eachAddress } from './each-address.ts';
import { isHealthDocument } from './health-document.ts';
import { managementPlace } from './management-place.ts';
import type { Probe } from './probe.ts';
import { type At, originOf, placesOf, requestAt } from './service-request.ts';

const DETAIL_BYTES = 160;

const FAULTS: Readonly<Record<TransportFault['kind'], FaultCode>> = {
  dns: 'ServiceAddressUnresolved',
  refused: 'ServiceRefused',
  timeout: 'ServiceTimeout',
  broken: 'ServiceUnreachable',
  tls: 'ServiceTlsFailed',
  exhausted: 'CheckerExhausted',
  'forbidden-address': 'AddressForbidden',
};

type Heard = ServiceObserved['answers'][number];

export const serviceProbe: Probe<'service'> = {
  kind: 'service',
  async observe(target, { http, cluster }, signal) {
    if (!target.addresses.ok) return { answers: [] };
    // Once for all addresses, and only when one of them needs it.
    let configured: Promise<HealthPlace | undefined> | undefined;
    const elsewhere = (): Promise<HealthPlace | undefined> => (configured ??= managementPlace(target, cluster, signal));
    return {
      answers: await eachAddress(target.addresses.value, async (address) =>
        atItsService(await hear(address, target, http, elsewhere, signal), target, http, signal),
      ),
    };
  },
};

/**
 * One address. The first place with a health document is believed. Without any, or with that of a group alone, the one
 * that its ConfigMaps name is asked as well; then what the best place says stands: its fault, else its answer.
 */
async function hear(
  address: ServiceAddress,
  target: ServiceTarget,
  http: HttpClient,
  elsewhere: () => Promise<HealthPlace | undefined>,
  signal: AbortSignal,
): Promise<Heard> {
  const heard = await hearAt(address, target, http, placesOf(target), signal);
  const isWhole =
    heard.answer.ok && heard.place?.scope !== 'group' && isHealthDocument(heard.answer.value, target.health.format);
  const isOver = !heard.answer.ok && heard.answer.fault.code === 'ServiceTimeout';
  const place = isWhole || isOver || address.pod === undefined ? undefined : await elsewhere();
  if (place === undefined) return heard;
  const other = await hearAt(address, target, http, [place], signal);
  return other.answer.ok && isHealthDocument(other.answer.value, target.health.format) ? other : heard;
}

/**
 * Health on a port of its own tells nothing of the port that callers are led to. Any answer there is one; that nobody
 * listens is known only where the connection is refused.
 */
async function atItsService(
  heard: Heard,
  target: ServiceTarget,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Heard> {
  const { address, place, answer } = heard;
  if (!answer.ok || place?.port === undefined || address.pod === undefined) return heard;
  const origin = new URL(address.origin);
  if (origin.port === String(place.port)) return heard;
  const led: At = { address, target, place: { ...place, port: undefined, scheme: undefined } };
  const got = await requestAt(led, place.path, http, signal);
  if (got.ok || got.fault.kind !== 'refused') return heard;
  const said = `${got.fault.detail}, where its Service leads; health answers on port ${place.port}`;
  return { ...heard, answer: failed('ServiceRefused', redact(said, [], DETAIL_BYTES)) };
}

/** Asks places, best first. One that does not answer in time is the last: there is no time left for another. */
async function hearAt(
  address: ServiceAddress,
  target: ServiceTarget,
  http: HttpClient,
  places: readonly HealthPlace[],
  signal: AbortSignal,
): Promise<Heard> {
  let first: Heard | undefined;
  let alive: boolean | undefined;
  const asked = new Map<string, TransportFault>();
  for (const place of places) {
    const at: At = { address, target, place };
    const origin = originOf(at);
    // What kept us from a port keeps us from its other paths.
    const known = asked.get(origin);
    if (known !== undefined) continue;
    if (alive === undefined) {
      const said = await liveness(at, http, signal);
      if (said?.ok === false) {
        asked.set(origin, said.fault);
        first ??= { address, place, answer: faultOf(said.fault, at) };
        if (said.fault.kind === 'timeout') break;
        continue;
      }
      if (said?.ok === true && isAlive(said.value)) alive = true;
    }
    const result = await requestAt(at, place.path, http, signal, { alone: true });
    const life = alive === undefined ? {} : { alive };
    if (!result.ok) {
      asked.set(origin, result.fault);
      first ??= { address, place, answer: faultOf(result.fault, at), ...life };
      if (result.fault.kind === 'timeout') break;
      continue;
    }
    const heard: Heard = { address, place, answer: ok(result.value), ...life };
    if (isHealthDocument(result.value, target.health.format)) return heard;
    first ??= heard;
  }
  return first ?? { address, answer: failed('Unclassified', redact('no place was asked for its health')) };
}

/** Liveness, which waits for no part of the service; undefined where there is none to ask. */
async function liveness(
  at: At,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<HttpClient['get']>> | undefined> {
  const base = actuatorBase({ health: { ...at.target.health, path: at.place.path } });
  return base === undefined ? undefined : requestAt(at, `${base}/health/liveness`, http, signal);
}

function isAlive(answer: HttpAnswer): boolean {
  return answer.status === 200 && isHealthDocument(answer, 'spring');
}

function faultOf(fault: TransportFault, { address, target }: At): Heard['answer'] {
  // In a pod that nobody described: what answers is there, and how to understand it was not said.
  const isOurs = address.pod !== undefined && address.schemeSaid !== true;
  if (isOurs && fault.kind === 'broken' && fault.because === 'not-http')
    return failed('HealthNotReadable', redact(fault.detail, [], DETAIL_BYTES));
  if (isOurs && fault.kind === 'tls' && fault.because === 'unknown-authority' && target.tls.ca === undefined)
    return failed(
      'HealthNotReadable',
      redact(`${fault.detail}: give it to the report (tls.caSecretRef)`, [], DETAIL_BYTES),
    );
  const code =
    fault.kind === 'tls' && fault.because === 'client-certificate'
      ? 'ServiceClientCertificateRequired'
      : FAULTS[fault.kind];
  return failed(code, redact(fault.detail, [], DETAIL_BYTES));
}
