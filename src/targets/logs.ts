// Which part of a service's log a run looks at. Pure.
import type { HealthReportSpec } from '../api/health-report.ts';
import type { LogReading, ServiceTarget } from '../facts/target.ts';
import type { Topology } from '../product/topology.ts';
import { parseDuration } from '../runtime/duration.ts';

/** After a pause, reading goes back no further than this. */
const LONGEST_BACK_MS = 60 * 60_000;
const DEFAULT_WINDOW_MS = 5 * 60_000;

export interface LogOccasion {
  readonly spec: HealthReportSpec;
  readonly namespace: string;
  readonly topology: Topology;
  /** Start of the last finished run, from the status; undefined for the first. */
  readonly lastRunTime: string | undefined;
  readonly now: Date;
}

/**
 * The target with what is to be read of its log: since the last run began, and the whole window at the least. With
 * `spec.logs.enabled: false` nothing is, and only how many errors are too many is told.
 */
export function withLogs(target: ServiceTarget, occasion: LogOccasion): ServiceTarget {
  const { enabled, errorThreshold } = occasion.spec.logs;
  const errorAlert = { threshold: errorThreshold, windowMs: windowMsOf(occasion) };
  return enabled ? { ...target, errorAlert, logs: readingOf(target, occasion) } : { ...target, errorAlert };
}

function windowMsOf({ spec }: LogOccasion): number {
  return parseDuration(spec.logs.window) ?? DEFAULT_WINDOW_MS;
}

function readingOf({ id }: ServiceTarget, occasion: LogOccasion): LogReading {
  const { namespace, topology, lastRunTime, now } = occasion;
  const nowMs = now.getTime();
  const windowFromMs = nowMs - windowMsOf(occasion);
  const lastMs = lastRunTime === undefined ? nowMs : Date.parse(lastRunTime);
  return {
    namespace,
    writers: [id, ...(topology.logsOf[id] ?? [])],
    fromMs: Math.min(windowFromMs, Math.max(Number.isNaN(lastMs) ? nowMs : lastMs, nowMs - LONGEST_BACK_MS)),
    windowFromMs,
    nowMs,
  };
}
