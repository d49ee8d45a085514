// Which files of the integration suite run on the real API server when no file is named. The whole of it does with
// `npm run test:real -- test/integration`; in CI those whose verdict hangs on what the API server answers are enough.

export const SUITE: readonly string[] = [
  'test/integration/faults/operator.test.ts',
  'test/integration/faults/service.test.ts',
  'test/integration/security/planted-secrets.test.ts',
];
