// The tests that feed arbitrary input to what reads other people's texts, and arbitrary orders of events to the gate. In
// the suite each runs a bounded number of cases; `npm run fuzz` runs them for longer.

/** From the root of the repository. */
export const FUZZED: readonly string[] = [
  'test/unit/guide/scanner.test.ts',
  'test/unit/guide/signatures.property.test.ts',
  'test/unit/logs/stream.property.test.ts',
  'test/unit/probes/configuration.test.ts',
  'test/unit/probes/logs-by-parts.test.ts',
  'test/unit/runtime/nesting.test.ts',
  'test/unit/probes/prometheus-text.test.ts',
  'test/unit/targets/database-url.test.ts',
  'test/unit/checks/service-health.test.ts',
  'test/unit/clients/http-response.test.ts',
  'test/unit/runtime/safe-text.test.ts',
  'test/unit/kube/lines.test.ts',
  'test/unit/gate/decide.test.ts',
  'test/unit/operator/gate-interleavings.test.ts',
];
