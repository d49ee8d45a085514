// What every fault promises to the judgement and to readers, whoever adds it.
import { describe, expect, it } from 'vitest';
import { FAULT_CODES, FAULTS, traits } from '../../src/api/faults.ts';
import { AGENT_FAULTS } from '../../src/api/faults/agent.ts';
import { CHECKER_FAULTS } from '../../src/api/faults/checker.ts';
import { CONCERN_FAULTS } from '../../src/api/faults/concerns.ts';
import { DATABASE_FAULTS } from '../../src/api/faults/database.ts';
import { KEY_FAULTS } from '../../src/api/faults/key-management.ts';
import { LOG_FAULTS } from '../../src/api/faults/logs.ts';
import { BUCKET_FAULTS } from '../../src/api/faults/object-storage.ts';
import { SERVICE_FAULTS } from '../../src/api/faults/service.ts';
import { UPGRADE_FAULTS } from '../../src/api/faults/upgrade.ts';
import { citationFor } from '../../src/guide/citation.ts';
import { ENTRIES } from '../../src/guide/index.ts';

const groups = [
  SERVICE_FAULTS,
  AGENT_FAULTS,
  DATABASE_FAULTS,
  BUCKET_FAULTS,
  KEY_FAULTS,
  LOG_FAULTS,
  CONCERN_FAULTS,
  UPGRADE_FAULTS,
  CHECKER_FAULTS,
];

describe('the faults', () => {
  it('are each in one group only', () => {
    const codes = groups.flatMap((group) => Object.keys(group));
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect([...codes].sort()).toEqual(Object.keys(FAULTS).sort());
  });

  it('have CamelCase codes that fit a condition reason', () => {
    expect(FAULT_CODES.filter((code) => !/^[A-Z][A-Za-z0-9]{2,62}$/.test(code))).toEqual([]);
  });

  it('say what was observed in one sentence', () => {
    expect(
      FAULT_CODES.filter(
        (code) =>
          !/^(?:[A-Z]|core-daemon |circuit-storage |auth-vault )[^.]*(?:\.[^.\s][^.]*)*\.$/.test(traits(code).meaning),
      ),
    ).toEqual([]);
  });

  it('that explain dependents are failures: a question without an answer explains nothing', () => {
    const explaining = FAULT_CODES.filter((code) => traits(code).explainsDependents === true);
    expect(explaining.filter((code) => traits(code).result !== 'fail')).toEqual([]);
  });

  it('that are skipped are only information', () => {
    const skipped = FAULT_CODES.filter((code) => traits(code).result === 'skip');
    expect(skipped.filter((code) => traits(code).severity !== 'info')).toEqual([]);
  });

  it('that count at once are a bad signature, a key that is disabled or waits for deletion, a pod that cannot start', () => {
    expect(FAULT_CODES.filter((code) => traits(code).atOnce === true).sort()).toEqual([
      'KmsKeyDisabled',
      'KmsKeyPendingDeletion',
      'PodCannotStart',
      'SignatureInvalid',
    ]);
  });

  it('of upgrades say why they block or only warn, and none explains a dependent', () => {
    const codes = Object.keys(UPGRADE_FAULTS) as (keyof typeof UPGRADE_FAULTS)[];
    expect(codes.filter((code) => !/^[A-Z].*\.$/.test(traits(code).because ?? ''))).toEqual([]);
    expect(FAULT_CODES.filter((code) => traits(code).because !== undefined)).toEqual(codes);
  });

  it('that latch are a bad signature', () => {
    expect(FAULT_CODES.filter((code) => traits(code).latches === true)).toEqual(['SignatureInvalid']);
  });

  it.each(['OutOfMemory', 'ServiceTlsFailed', 'SignatureInvalid', 'LimitsBelowTested', 'ReplicasAboveTested'] as const)(
    '%s is never a symptom of something else',
    (code) => {
      expect(traits(code).explainable).toBeUndefined();
    },
  );

  it('that a log line proves alone are at most warnings, except a bad signature', () => {
    const fromLogs = new Set(ENTRIES.flatMap(({ signatures }) => signatures.map(({ fault }) => fault)));
    const failing = [...fromLogs].filter((code) => traits(code).result === 'fail');
    expect(failing).toEqual(['SignatureInvalid']);
  });

  it('of the two client-side lines of core-daemon are low', () => {
    const severities = [traits('RequestBodyUnparsable').severity, traits('ClientConnectionClosed').severity];
    expect(severities).toEqual(['low', 'low']);
  });

  it('of our own side lead to advice of ours: the vendor is not to blame for our rights', () => {
    for (const code of Object.keys(CHECKER_FAULTS) as (keyof typeof CHECKER_FAULTS)[]) {
      expect([code, citationFor('database', code).source]).toEqual([code, 'ours']);
    }
  });
});
