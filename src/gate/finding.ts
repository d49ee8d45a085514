// What the gate tells of one check: what was seen, what to do about it, and what the guide says.
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import { byBadness } from '../judge/order.ts';
import { remedyFor, type FilledRemedy } from '../remedies/index.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import type { GateFinding } from './decision.ts';

/** Where a report is, for the commands of a remedy. */
export interface ReportPlace {
  readonly namespace: string;
  readonly name: string;
}

/** Commands are told whole: half a command is none. In bytes. */
const COMMAND_BYTES = 2048;

/** The checks as they are told: what explains others before what is explained, then the worst first. */
export function findingsOf(
  status: HealthReportStatus,
  checks: readonly CheckStatus[],
  place: ReportPlace | undefined,
): readonly GateFinding[] {
  return [...checks]
    .sort((a, b) => Number(a.suppressedBy !== undefined) - Number(b.suppressedBy !== undefined) || byBadness(a, b))
    .map((check) => findingOf(status, check, place));
}

function findingOf(status: HealthReportStatus, check: CheckStatus, place: ReportPlace | undefined): GateFinding {
  const { id, result, fault, severity, message, names, suppressedBy, citations } = check;
  const entry = status.citations?.find((one) => one.id === citations?.[0]?.id);
  const remedy = remedyFor({ namespace: place?.namespace, name: place?.name, check: id, fault, names });
  return {
    check: id,
    result,
    fault,
    severity,
    message: message === undefined ? literal('') : redact(message, [], 512),
    ...(suppressedBy === undefined ? {} : { explainedBy: redact(suppressedBy, [], 256) }),
    ...(remedy === undefined || suppressedBy !== undefined ? {} : { remedy: safeRemedy(remedy) }),
    ...(entry === undefined
      ? {}
      : {
          citation: {
            id: entry.id,
            title: redact(entry.title, [], 512),
            cause: redact(entry.cause, [], 1024),
            nextSteps: redact(entry.nextSteps, [], 2048),
            url: redact(entry.url, [], 1024),
            source: entry.source,
          },
        }),
  };
}

function safeRemedy({ say, commands, policies }: FilledRemedy): NonNullable<GateFinding['remedy']> {
  return {
    say: redact(say, [], 512),
    commands: commands.map((command) => redact(command, [], COMMAND_BYTES)),
    policies: policies.map((policy) => redact(policy, [], COMMAND_BYTES)),
  };
}
