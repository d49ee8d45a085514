// What holds after every story of the matrix: nothing was asked that the Roles do not grant, and no secret is shown.
import { describe, expect, it } from 'vitest';
import { RULES, type ApiRule } from '../../../src/kube/rules.ts';
import type { RecordedRequest } from '../../stack/apiserver/recorded.ts';
import { METRICS } from '../../../src/operator/metrics.ts';
import { undocumented } from './exposition.ts';
import type { Scene } from './scene.ts';

const rules: readonly ApiRule[] = Object.values(RULES);

function isCovered(request: RecordedRequest): boolean {
  return rules.some((rule) => {
    if (rule.verb !== request.verb) return false;
    if (rule.kind === 'path') return rule.path === request.path;
    return (
      rule.group === request.group &&
      rule.resource === request.resource &&
      (rule.subresource ?? '') === request.subresource &&
      (rule.names === undefined || rule.names.includes(request.name))
    );
  });
}

/** To be called last in a file: its tests look at everything that happened before. */
export function describeDiscretion(scene: () => Scene): void {
  describe('throughout', () => {
    it('the operator asks the API only what its rules name, and is refused nothing', () => {
      const { server } = scene().stack;
      // A real API server keeps no record for us. It refuses what the Roles do not grant, and that fails the stories.
      if (server === undefined) return;
      const ofOperator = server.requests.filter(({ user }) =>
        user.startsWith('system:serviceaccount:recognize-health:'),
      );
      expect(ofOperator.length).toBeGreaterThan(10);
      expect(ofOperator.filter((request) => !isCovered(request))).toEqual([]);
      expect(ofOperator.filter(({ status }) => status === 403)).toEqual([]);
    });

    it('every path that was asked is one that the API server knows', () => {
      // A real one knows all that there are.
      expect(scene().stack.server?.unknownPaths ?? []).toEqual([]);
    });

    it('nothing was written to a bucket or a key', () => {
      const { calls } = scene().stack.aws;
      expect(calls.filter(({ write, operation, dryRun }) => write || (operation === 'Sign' && !dryRun))).toEqual([]);
    });

    it('the metrics are those that are documented, with labels within their bounds', async () => {
      const { admin } = scene().stack;
      const reports = (await admin.list({ apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' })).map(
        ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
      );
      const served = await scene().fetch('/metrics');
      expect(undocumented(served, reports)).toEqual([]);
      // Each is there, and a made-up one would be seen.
      for (const { name } of Object.values(METRICS)) expect(served).toContain(`# TYPE ${name} `);
      expect(undocumented(`${METRICS.verdicts.name}{verdict="Sick"} 1`, reports)).toHaveLength(1);
      expect(undocumented('recognize_health_secret{text="x"} 1', reports)).toHaveLength(1);
    });

    it('no secret shows in a report, an Event or the log', async () => {
      const { admin, planted, namespace } = scene().stack;
      const reports = await admin.list({ apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport', namespace });
      const shown =
        JSON.stringify([reports, await scene().events()]) + scene().log() + (await scene().fetch('/metrics'));
      expect(shown).toContain('status written');
      expect(planted.filter((secret) => shown.includes(secret))).toEqual([]);
    });
  });
}
