// Releases as data: in order, each with a source, and an unknown one says so without hiding what earlier ones changed.
import { describe, expect, it, test } from 'vitest';
import { upgradeRelease } from '../../../src/checks/cluster/upgrade-release.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { isAtLeast, notesOf, RELEASES, releasesUpTo, RENAMED_KEYS } from '../../../src/product/index.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { version as versionQuestion } from '../../../src/questions/database/version.ts';
import {
  SUPPORTED_ARCHITECTURE,
  SUPPORTED_KUBERNETES,
  SUPPORTED_OPENSHIFT,
} from '../../../src/product/tested-setup.ts';
import { databaseSeen, healthyDatabase } from '../checks/seen.ts';
import { askCheck, CLUSTER } from '../checks/targets.ts';
import { finding, report, run } from '../judge/fixtures.ts';
import { answer } from '../output/told.ts';

describe('the releases', () => {
  it('are in order, each once, with a source', () => {
    for (const [index, { release, sources, summary }] of RELEASES.entries()) {
      const before = RELEASES[index - 1];
      if (before !== undefined)
        expect([isAtLeast(release, before.release), release === before.release]).toEqual([true, false]);
      expect(sources.length).toBeGreaterThan(0);
      expect(summary).not.toBe('');
    }
  });

  it('account for every renamed key, once', () => {
    expect(RELEASES.flatMap(({ renamedKeys }) => renamedKeys)).toEqual(RENAMED_KEYS);
  });

  it('run on what the checks of health ask for: both are of one page', () => {
    for (const { platforms } of RELEASES) {
      expect(platforms).toMatchObject({ kubernetes: [SUPPORTED_KUBERNETES], openshift: [SUPPORTED_OPENSHIFT] });
      expect(platforms.architectures).toEqual([SUPPORTED_ARCHITECTURE]);
      const version = (number: number): string => {
        const said = versionQuestion.check.ask(databaseSeen(healthyDatabase({ version: ok({ number, text: 'x' }) })));
        return said.kind === 'pass' ? 'pass' : said.fault.code;
      };
      expect(version(platforms.postgresql * 10_000)).toMatch(/^pass/);
      expect(version(platforms.postgresql * 10_000 - 1)).toMatch(/^DatabaseVersionUnsupported/);
    }
  });

  it('are known by their whole number', () => {
    expect(notesOf('1.3.0')?.release).toBe('1.3.0');
    for (const other of ['1.3', '1.3.0-rc.1', '1.30.0', '2.0.0', '']) expect(notesOf(other)).toBeUndefined();
    expect(releasesUpTo('1.3.9').map(({ release }) => release)).toEqual(['1.3.0']);
    expect(releasesUpTo('1.2.5')).toEqual([]);
  });
});

describe('upgrade/release', () => {
  const seen = { version: ok({ kubernetes: 'v1.34.0' }), architectures: failed('NotAsked', literal('x')) };

  test.each<[string, string, RegExp]>([
    ['1.3.0', 'pass', /^1\.3\.0 renames keys of core-daemon/],
    [
      '1.4.0',
      'pass',
      /^1\.3\.0 renames keys .*; 1\.4\.0 breaks nothing on the way from 1\.3\.0; PostgreSQL 14, Kubernetes 1\.34 or/,
    ],
    [
      '9.9.9',
      'UpgradeReleaseUnknown',
      /^9\.9\.9 is not known here \(1\.3\.0, 1\.4\.0 are\); checked is what holds for all, and what 1\.3\.0, 1\.4\.0 changed/,
    ],
    ['1.2.9', 'UpgradeReleaseUnknown', /^1\.2\.9 is not known here .*what holds for all$/],
    ['1.3.0-rc.1', 'UpgradeReleaseUnknown', /what 1\.3\.0 changed/],
  ])('of %s is %s', (targetVersion, verdict, words) => {
    const answer = askCheck(upgradeRelease, { ...CLUSTER, targetVersion }, seen);
    expect(answer.kind === 'pass' ? 'pass' : answer.fault.code).toBe(verdict);
    const text = answer.kind === 'pass' ? answer.note : answer.fault.detail;
    expect(text).toMatch(words);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(160);
  });

  it('holds nothing up where the release is not known, and is listed as not examined', () => {
    const unknown = finding('upgrade/release', 'UpgradeReleaseUnknown', { required: CLUSTER.required });
    const upgradeable = (status: HealthReportStatus): string | undefined =>
      status.conditions.filter(({ type }) => type === 'Upgradeable').map((one) => `${one.status}/${one.reason}`)[0];
    const { status } = report([...run(), unknown]);
    expect(upgradeable(status)).toBe(upgradeable(report(run()).status));
    expect(upgradeable(status)).toMatch(/^True\//);
    expect(answer(status)).toMatchObject({ exitCode: 0, unanswered: [] });
    expect(answer(status).notExamined).toContainEqual(expect.stringMatching(/^upgrade\/release: /));
  });

  it('is not asked where nobody says where it goes', () => {
    expect(upgradeRelease.applies?.(CLUSTER)).toBe(false);
    expect(upgradeRelease.applies?.({ ...CLUSTER, targetVersion: '1.4.0' })).toBe(true);
  });
});
