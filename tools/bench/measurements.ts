// Every measurement, in the order in which they run. Add one: a file with `title`, `budget` and `measure`, a line here, a
// row in docs/performance.md; a test compares the three.
import * as apiConnections from './api-connections.ts';
import * as explainStart from './explain-start.ts';
import * as failover from './failover.ts';
import * as fairness from './fairness.ts';
import * as firstProbe from './first-probe.ts';
import * as fleet from './fleet.ts';
import * as fleetMemory from './fleet-memory.ts';
import * as httpProbes from './http-probes.ts';
import * as idleMemory from './one-report-memory.ts';
import * as logMatching from './log-matching.ts';
import * as largeFleet from './large-fleet.ts';
import * as largeNamespace from './large-namespace.ts';
import type { Measurement } from './measurement.ts';
import * as runComputes from './run-computes.ts';
import * as runCost from './run-cost.ts';
import * as runFormula from './run-formula.ts';
import * as runOverhead from './run-overhead.ts';
import * as statusWrites from './status-writes.ts';

/** By the name that `npm run bench` takes; which is the name of the file, too. */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  'http-probes': httpProbes,
  'log-matching': logMatching,
  'one-report-memory': idleMemory,
  'fleet-memory': fleetMemory,
  'first-probe': firstProbe,
  'explain-start': explainStart,
  'run-overhead': runOverhead,
  'run-computes': runComputes,
  'run-formula': runFormula,
  'run-cost': runCost,
  'status-writes': statusWrites,
  fleet,
  'large-fleet': largeFleet,
  'large-namespace': largeNamespace,
  fairness,
  failover,
  'api-connections': apiConnections,
};
