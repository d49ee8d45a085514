// Which files of the integration suite run on the real API server when no file is named: all that stand on the whole
// stack and ask of its API server nothing that only our own one has. The others are about our own one (its exchanges, its
// switches for what goes wrong on the way), about no API server at all, or about the chart, which `test/real` installs on
// a control plane of its own. `npm run test:real -- FILE` runs any of them.

export const SUITE: readonly string[] = [
  'test/integration/faults/bucket.test.ts',
  'test/integration/faults/database.test.ts',
  'test/integration/faults/key.test.ts',
  'test/integration/faults/logs.test.ts',
  'test/integration/faults/meters.test.ts',
  'test/integration/faults/operator.test.ts',
  'test/integration/faults/service.test.ts',
  'test/integration/faults/upgrade.test.ts',
  'test/integration/faults/workloads.test.ts',
  'test/integration/operator/mutes.test.ts',
  'test/integration/security/altered-status.test.ts',
  'test/integration/security/planted-secrets.test.ts',
];
