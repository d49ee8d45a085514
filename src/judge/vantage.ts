// Our own vantage is not the product's: what cannot be reached from here may well be reached by those who need it.
import { BACKENDS, isService, type Component, type Service } from '../api/components.ts';
import { traits, type FaultCode } from '../api/faults.ts';
import type { Finding } from '../facts/answer.ts';
import type { Edge } from '../product/dependencies.ts';
import { clipSafe, literal, safe, type SafeText } from '../runtime/safe-text.ts';

const DETAIL_BYTES = 160;

/** Services whose health endpoint is not Spring Boot's: it has no parts, so a pass contradicts nothing and proves nothing. */
const WITHOUT_INDICATORS: ReadonlySet<Service> = new Set(['enrollment-agent', 'admin-dashboard']);

/** Faults of a pool: whoever waits for a connection to the database does not have one, whatever else is said. */
const VETOES: ReadonlySet<FaultCode> = new Set([
  'PoolExhausted',
  'PoolStarved',
  'PoolFullyUsed',
  'PoolUsedUp',
  'PoolWithoutConnections',
  'PoolCannotConnect',
  'PoolConnectionTimeout',
  'PoolInitializationFailed',
]);

/** The question that opens a database; the others are asked over its connection. */
const OPENS = /^database\/.*\/connect$/;

/** Faults of the way to a service. */
const NO_WAY: ReadonlySet<FaultCode> = new Set([
  'ServiceRefused',
  'ServiceTimeout',
  'ServiceUnreachable',
  'ServiceTlsFailed',
  'ServiceAddressUnresolved',
]);
/** Faults of the way to a backend that are alike, whichever backend it is, and what they are called when they are ours. */
const ALIKE: readonly (readonly [
  ours: 'CheckerNameResolution' | 'CheckerCutOff',
  what: SafeText,
  ReadonlySet<FaultCode>,
])[] = [
  [
    'CheckerNameResolution',
    literal('names resolves from here'),
    new Set(['DatabaseAddressUnresolved', 'BucketAddressUnresolved', 'KmsAddressUnresolved']),
  ],
  ['CheckerCutOff', literal('backends answers us'), new Set(['DatabaseTimeout', 'BucketTimeout', 'KmsTimeout'])],
  [
    'CheckerCutOff',
    literal('backends lets us in'),
    new Set(['DatabaseUnreachable', 'BucketUnreachable', 'KmsUnreachable']),
  ],
];

/**
 * Our vantage, in two steps: what fails everywhere at once while others say that it is well is ours alone; then single
 * backends that their own users show to be up.
 */
export function considerVantage(findings: readonly Finding[], edges: readonly Edge[]): readonly Finding[] {
  return considerBackends(considerAllBackends(considerServices(findings)), edges);
}

/**
 * There is no way to any service that was asked, two at least, and of each the kubelet says at the same moment
 * that its pods are Ready: then it is our way to them (a mesh with STRICT mutual TLS, a NetworkPolicy).
 */
function considerServices(findings: readonly Finding[]): readonly Finding[] {
  const asked = findings.filter(({ id, component, answer }) => {
    if (!isService(component) || !id.endsWith('/health')) return false;
    return answer.kind === 'pass' || traits(answer.fault.code).result !== 'skip';
  });
  // A mesh resets some and lets others wait: what they have in common is that there is no way.
  const isCutOff = ({ answer }: Finding): boolean =>
    answer.kind === 'fault' && NO_WAY.has(answer.fault.code) && answer.otherwise !== undefined;
  if (asked.length < 2 || !asked.every(isCutOff)) return findings;
  return findings.map((finding) => {
    const { answer } = finding;
    if (!asked.includes(finding) || answer.kind === 'pass') return finding;
    const said = safe`All ${asked.length} services fail alike from here, while their pods are Ready: ${answer.fault.detail}`;
    return {
      ...finding,
      answer: { ...answer, fault: { code: 'CheckerCutOff', detail: clipSafe(said, DETAIL_BYTES) } },
    };
  });
}

/**
 * Every backend fails from here in the same way, two at least, while a service shows its database UP and none is down: what is contradicted of the one is not believed of the others. (Nobody shows a bucket
 * or a key to be up: Spring Boot has no indicator for either.)
 */
function considerAllBackends(findings: readonly Finding[]): readonly Finding[] {
  const targets = new Set(
    findings
      .filter(({ component, answer }) => {
        if (!(BACKENDS as readonly Component[]).includes(component)) return false;
        return answer.kind === 'pass' || traits(answer.fault.code).result !== 'skip';
      })
      .map(({ targetId }) => targetId),
  );
  const health = findings.filter(({ id, component }) => isService(component) && id.endsWith('/health'));
  const isContradicted = health.some((one) => vouchesFor(one, 'database'));
  const isDown = health.some(({ answer }) => answer.kind === 'fault' && traits(answer.fault.code).result === 'fail');
  if (!isContradicted || isDown) return findings;
  for (const [ours, what, codes] of ALIKE) {
    const isLost = ({ answer }: Finding): boolean => answer.kind === 'fault' && codes.has(answer.fault.code);
    const lost = findings.filter(isLost);
    const away = new Set(lost.map(({ targetId }) => targetId));
    // Names of any backend are looked up by the same server; a way is only contradicted where it leads to a database.
    const isShown = ours === 'CheckerNameResolution' || lost.some(({ component }) => component === 'database');
    if (away.size < 2 || away.size !== targets.size || !isShown) continue;
    return findings.map((finding) => {
      const { answer } = finding;
      if (!isLost(finding) || answer.kind === 'pass') return finding;
      const said = safe`None of ${away.size} ${what}, while the services are UP: ${answer.fault.detail}`;
      const detail = clipSafe(said, DETAIL_BYTES);
      return { ...finding, answer: { ...answer, fault: { code: ours, detail } } };
    });
  }
  return findings;
}

/**
 * Turns "unreachable" into the warning `UnreachableFromChecker` where every service that uses the target shows by its
 * own health that such a target is up, in this run and at every address, and none of them lacks connections to it.
 * A health that merely passes proves nothing: it may be that of a group, or hide its parts. A refusal of whoever asked is
 * then the report's own trouble: nothing is known of the rest, and nothing is blamed on the database.
 */
function considerBackends(findings: readonly Finding[], edges: readonly Edge[]): readonly Finding[] {
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  return findings.map((finding) => {
    const { answer, component, targetId } = finding;
    if (answer.kind !== 'fault') return finding;
    const { vantage, asker } = traits(answer.fault.code);
    if (vantage !== true && asker !== true) return finding;
    const users = edges.filter(({ to }) => to === targetId).map(({ from }) => from);
    const knowing = users.filter((user) => isService(user) && !WITHOUT_INDICATORS.has(user));
    const others = users.filter((user) => !knowing.includes(user));
    const isProven =
      knowing.length > 0 &&
      knowing.every((user) => vouchesFor(byId.get(`${user}/health`), component)) &&
      others.every((user) => byId.get(`${user}/health`)?.answer.kind === 'pass') &&
      !findings.some((other) => users.includes(other.targetId) && isVeto(other));
    if (!isProven) return finding;
    if (findings.some((other) => other.targetId === targetId && OPENS.test(other.id) && other.answer.kind === 'pass')) {
      // We got in: what was not answered in time is a question, and no word about the way.
      const said = safe`Connected, and this was not answered, while every service that uses it reports it UP: ${answer.fault.detail}`;
      const lost = { code: 'DatabaseQueryFailed', detail: clipSafe(said, DETAIL_BYTES) } as const;
      return { ...finding, answer: { ...answer, fault: lost } };
    }
    if (asker === true) {
      const said = safe`Of the report's own login, while every service that uses it reports it UP: ${answer.fault.detail}`;
      const own = { code: 'DatabaseMonitorRefused', detail: clipSafe(said, DETAIL_BYTES) } as const;
      return { ...finding, answer: { ...answer, fault: own } };
    }
    const detail = safe`Unreachable from here, while every service that uses it reports it UP: ${answer.fault.detail}`;
    return { ...finding, answer: { ...answer, fault: { code: 'UnreachableFromChecker', detail } } };
  });
}

function vouchesFor(finding: Finding | undefined, component: Component): boolean {
  return finding?.answer.kind === 'pass' && finding.answer.vouches?.includes(component) === true;
}

function isVeto({ answer }: Finding): boolean {
  if (answer.kind === 'pass') return false;
  return VETOES.has(answer.fault.code) || (answer.sightings ?? []).some(({ fault }) => VETOES.has(fault));
}
