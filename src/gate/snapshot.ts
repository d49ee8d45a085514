// What `gate --save` keeps of reports: who they are, and the answer to each question by id and state. A sealed document,
// because a comparison believes it: what was cut off, edited, or made by another program is told apart from what was not.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { RESULTS, SEVERITIES } from '../api/faults/traits.ts';
import { healthReportStatus, type HealthReportStatus } from '../api/health-report.ts';
import { SCHEMA_VERSION } from '../api/names.ts';
import { isExcused } from '../judge/mutes.ts';
import { isRecord } from '../runtime/is-record.ts';
import { redact, safe, type SafeText } from '../runtime/safe-text.ts';
import type { GateDecision } from './decision.ts';
import { isJudged } from './reasons.ts';

/** In `kind`, so that another JSON file is told at once. */
export const SNAPSHOT_KIND = 'HealthReportSnapshot';

/** A snapshot of every report of a large fleet stays below this; more is a mistake or an attack. In bytes. */
export const MAX_SNAPSHOT_BYTES = 16 * 1024 * 1024;

const time = z.iso.datetime({ offset: true });

const checkSchema = z.strictObject({
  id: z.string().max(128),
  result: z.enum(RESULTS),
  state: z.enum(RESULTS),
  fault: z.string().max(64).optional(),
  severity: z.enum(SEVERITIES).optional(),
  /** Absent: true. */
  required: z.boolean().optional(),
  muted: z.boolean().optional(),
  /** For people alone: nothing is decided by it. */
  message: z.string().max(512).optional(),
});

const reportSchema = z.strictObject({
  namespace: z.string().max(63),
  name: z.string().max(253),
  uid: z.string().min(1).max(128),
  /** Start of the run. */
  lastRunTime: time,
  /** What the gate said of this run. */
  exitCode: z.literal(Object.values(EXIT) as [ExitCode, ...ExitCode[]]),
  reason: z.string().max(64),
  /** Checks that the report left out to stay small. */
  truncated: z.int().min(0),
  checks: z.array(checkSchema).max(320),
  images: z.array(z.strictObject({ component: z.string().max(64), image: z.string().max(256) })).max(16),
  wayBack: healthReportStatus.shape.wayBack,
});

const bodySchema = z.strictObject({
  kind: z.literal(SNAPSHOT_KIND),
  /** Of the program that wrote it. */
  tool: z.string().max(64),
  /** Of the HealthReport. */
  schema: z.string().max(16),
  savedAt: time,
  reports: z.array(reportSchema).min(1).max(2_000),
});

/** What a file holds, without its seal. */
export type Snapshot = z.output<typeof bodySchema>;
export type SnapshotReport = Snapshot['reports'][number];
export type SnapshotCheck = SnapshotReport['checks'][number];

/** One report as it was judged. Undefined when nothing of a run was judged: then there is nothing to keep. */
export function snapshotReport(
  place: { readonly namespace: string; readonly name: string; readonly uid: string },
  status: HealthReportStatus | undefined,
  { exitCode, reason }: Pick<GateDecision, 'exitCode' | 'reason'>,
  now: Date,
): SnapshotReport | undefined {
  const { lastRunTime, checks = [], inventory = [], truncated = 0, wayBack } = status ?? {};
  if (!isJudged(reason) || lastRunTime === undefined || checks.length === 0 || place.uid === '') return undefined;
  return {
    ...place,
    lastRunTime,
    exitCode,
    reason,
    truncated,
    checks: checks.map(({ id, result, state, fault, severity, required, muted, mutedAs, message }) => ({
      id,
      result,
      state,
      ...(fault === undefined ? {} : { fault }),
      ...(severity === undefined ? {} : { severity }),
      ...(required === undefined ? {} : { required }),
      // A mute that has ended silences nothing any more, whatever the report says, and a window excuses nothing.
      ...(isExcused({ muted, mutedAs }) && !(mutedAs !== undefined && Date.parse(mutedAs.until) <= now.getTime())
        ? { muted }
        : {}),
      ...(message === undefined ? {} : { message: redact(message, [], 512) }),
    })),
    images: inventory.flatMap(({ component, image }) => (image === undefined ? [] : [{ component, image }])),
    ...(wayBack === undefined ? {} : { wayBack }),
  };
}

/** A snapshot of now. `tool`: the version of this program. */
export function snapshotOf(reports: readonly SnapshotReport[], tool: string, now: Date): Snapshot {
  return { kind: SNAPSHOT_KIND, tool, schema: SCHEMA_VERSION, savedAt: now.toISOString(), reports: [...reports] };
}

/** The text of a file. The seal is over the values, so another layout of the same values is no edit. */
export function sealSnapshot(snapshot: Snapshot): string {
  return `${JSON.stringify({ ...snapshot, checksum: checksumOf(snapshot) }, null, 1)}\n`;
}

export type Opened =
  { readonly ok: true; readonly snapshot: Snapshot } | { readonly ok: false; readonly why: SafeText };

/** Reads the text of a file. `file` is its name in the sentence that refuses it; `tool` is the version of this program. */
export function openSnapshot(text: string, file: string, tool: string): Opened {
  const refuse = (why: string): Opened => ({ ok: false, why: redact(`${file} ${why}`, [], 1024) });
  if (text.trim() === '') return refuse(`is empty; ${MAKE}`);
  const parsed = parseJson(text);
  if (parsed === 'cut') return refuse(`is cut off: its end is missing; ${MAKE}`);
  if (!isRecord(parsed)) return refuse(`is not JSON; ${MAKE}`);
  const { kind, tool: wroteIt, schema, checksum, ...rest } = parsed;
  if (kind !== SNAPSHOT_KIND) return refuse(`is no snapshot of HealthReports; ${MAKE}`);
  if (wroteIt !== tool)
    return refuse(
      `was saved by recognize-health ${shown(wroteIt)}, and this is ${tool}: their questions may differ. Compare with the version that saved it, or save again before the change.`,
    );
  if (schema !== SCHEMA_VERSION)
    return refuse(
      `is of schema version ${shown(schema)} of the HealthReport, and this program knows ${SCHEMA_VERSION}.`,
    );
  const body = bodySchema.safeParse({ kind, tool: wroteIt, schema, ...rest });
  if (!body.success) {
    const [issue] = body.error.issues;
    return refuse(`was edited, or is damaged: ${issue?.path.join('.') || 'the document'} is not what was saved.`);
  }
  if (checksum !== checksumOf(body.data))
    return refuse('was edited, or is damaged: its checksum is not that of its content.');
  const twice = repeated(body.data.reports.map(({ namespace, name }) => `${namespace}/${name}`));
  if (twice !== undefined) return refuse(`names the report ${twice} twice.`);
  return { ok: true, snapshot: body.data };
}

const MAKE = 'a snapshot is made by recognize-health gate NAME --save FILE.';

/** Parsed values come in the order of the schema, so equal values have equal texts. */
function checksumOf(snapshot: Snapshot): string {
  const text = JSON.stringify(bodySchema.parse(snapshot));
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** `cut`: a JSON text that begins well and has no end. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const whole = text.trimEnd();
    return whole.startsWith('{') && !whole.endsWith('}') ? 'cut' : undefined;
  }
}

function shown(value: unknown): SafeText {
  return typeof value === 'string' ? redact(value, [], 64) : safe`without a version`;
}

function repeated(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) !== index);
}
