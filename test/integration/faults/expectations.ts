// What a row of the fault matrix promises: the fault, the entry of the guide, one root cause, and what it explains.
import { expect } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { checkOf, conditionOf, tell } from './scene.ts';

export interface ExpectedCause {
  /** Id of the check. */
  check: string;
  fault: string;
  /** Id of the entry that it cites first. */
  entry: string;
  /** Condition of its component. */
  condition: string;
  /** Checks that it explains, in any order. Not looked at when not given. */
  affects?: readonly string[];
}

/** The report fails for this one cause, says which entry of the guide applies, and stands against an upgrade. */
export function expectRootCause(status: HealthReportStatus, expected: ExpectedCause): void {
  const { check, fault, entry, condition, affects } = expected;
  const causes = (status.rootCauses ?? []).map((cause) => `${cause.check} ${cause.fault}`);
  expect(causes, tell(status)).toEqual([`${check} ${fault}`]);
  if (affects !== undefined) {
    // The pool of a service without its database is a symptom too, from the moment when its gauges show it.
    const told = (status.rootCauses?.[0]?.affects ?? []).filter((id) => !id.endsWith('/pool') || affects.includes(id));
    expect(told.toSorted(), tell(status)).toEqual([...affects].sort());
    const suppressed = (status.checks ?? [])
      .filter(({ id, suppressedBy }) => suppressedBy === check && (!id.endsWith('/pool') || affects.includes(id)))
      .map(({ id }) => id);
    expect(suppressed.sort()).toEqual([...affects].sort());
  }
  expect(checkOf(status, check)).toMatchObject({ result: 'fail', state: 'fail', fault });
  expect(checkOf(status, check).citations?.[0]?.id).toBe(entry);
  expect(status.citations?.map(({ id }) => id)).toContain(entry);
  expect(conditionOf(status, condition)).toBe(`False/${fault}`);
  expect(status.conditions.find(({ type }) => type === condition)?.message).toContain(`[${entry}]`);
  expect(status.verdict).toBe('Failing');
  expect(conditionOf(status, 'Healthy')).toMatch(/^False\//);
  expect(conditionOf(status, 'Upgradeable')).toMatch(/^False\//);
  // Says nothing about Recognize: the report itself is current.
  expect(conditionOf(status, 'Ready')).toMatch(/^True\//);
}

export interface ExpectedError {
  check: string;
  fault: string;
  entry: string;
  condition: string;
}

/** The question could not be answered: that is neither a failure nor a pass, and nobody is blamed. */
export function expectError(status: HealthReportStatus, { check, fault, entry, condition }: ExpectedError): void {
  expect(status.rootCauses ?? [], tell(status)).toEqual([]);
  expect(checkOf(status, check)).toMatchObject({ result: 'error', fault });
  expect(checkOf(status, check).citations?.[0]?.id).toBe(entry);
  expect(conditionOf(status, condition)).toBe(`Unknown/${fault}`);
  expect(conditionOf(status, 'Healthy')).toMatch(/^Unknown\//);
  expect(conditionOf(status, 'Upgradeable')).toMatch(/^Unknown\//);
  expect(status.verdict).toBe('Unknown');
}

/** Everything is well, and an upgrade may start. */
export function expectHealthy(status: HealthReportStatus): void {
  expect(status.verdict, tell(status)).toBe('Healthy');
  expect(conditionOf(status, 'Healthy')).toBe('True/Healthy');
  expect(conditionOf(status, 'Upgradeable'), tell(status)).toMatch(/^True\//);
  expect(status.rootCauses ?? []).toEqual([]);
}
