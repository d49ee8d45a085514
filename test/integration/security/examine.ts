// One run over a spec, as the operator makes it, without a cluster: the real clients, Secrets of the test's choosing.
import { healthReportSpec, type HealthReportStatus } from '../../../src/api/health-report.ts';
import { createClients } from '../../../src/clients/index.ts';
import type { Resolver } from '../../../src/clients/resolver.ts';
import { examine } from '../../../src/examine.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';

export interface Examined {
  readonly status: HealthReportStatus;
  /** The fault of each check that is bad, by its id. */
  readonly faults: Readonly<Record<string, string>>;
}

/**
 * Examines `spec` once, thresholds 1 and 1.
 *
 * @param secrets values by `name/key`
 */
export async function examineSpec(
  spec: object,
  secrets: Readonly<Record<string, string>> = {},
  resolve?: Resolver,
): Promise<Examined> {
  const clients = createClients({
    cluster: undefined,
    clock: systemClock,
    ...(resolve === undefined ? {} : { resolve }),
  });
  try {
    const status = await examine({
      namespace: 'recognize',
      generation: 1,
      // Nobody is meant to be late, on a busy machine either, but those of whom a test says so.
      spec: healthReportSpec.parse({ timeout: '1m', discovery: 'None', ...spec }),
      previous: undefined,
      objects: undefined,
      secrets: {
        read: (name, key) => {
          const value = secrets[`${name}/${key}`];
          return Promise.resolve(
            value === undefined ? failed('SecretMissing', literal('there is no such Secret')) : ok(secret(value)),
          );
        },
      },
      clients,
      clock: systemClock,
      signal: new AbortController().signal,
      thresholds: { failure: 1, success: 1 },
    });
    const bad = (status.checks ?? []).filter(({ result }) => result === 'fail' || result === 'error');
    return { status, faults: Object.fromEntries(bad.map(({ id, fault = '' }) => [id, fault])) };
  } finally {
    clients.close();
  }
}
