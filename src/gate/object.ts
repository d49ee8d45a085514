// What `gate -o json` and `-o yaml` print, as a schema: published, so that a pipeline can rely on it. Fields may be
// added; none changes its meaning or goes away.
import { z } from 'zod';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { RESULTS, SEVERITIES } from '../api/faults/traits.ts';
import type { GateAnswer, GateFinding } from './decision.ts';
import { GATE_REASONS, type GateReason } from './reasons.ts';

const exitCode = z
  .literal(Object.values(EXIT) as [ExitCode, ...ExitCode[]])
  .describe('0 pass, 1 internal error, 2 usage, not found or forbidden, 3 fail, 4 warn, 5 unknown, 6 timeout.');

const findingSchema = z
  .object({
    check: z.string().describe('Id of the check.'),
    result: z.enum(RESULTS).describe('Raw: of the run that was judged.'),
    fault: z.string().optional().describe('What was observed, in CamelCase.'),
    severity: z.enum(SEVERITIES).optional(),
    message: z.string(),
    explainedBy: z.string().optional().describe('Id of the check whose failure explains this one.'),
    remedy: z
      .object({
        say: z.string(),
        commands: z.array(z.string()).describe('Each for a shell.'),
        policies: z.array(z.string()).describe('Statements of an AWS policy, as JSON.'),
      })
      .optional()
      .describe('What to do about the fault, with the names of this report.'),
    citation: z
      .object({
        id: z.string(),
        title: z.string(),
        cause: z.string(),
        nextSteps: z.string(),
        url: z.string(),
        source: z.enum(['guide', 'ours']),
      })
      .optional()
      .describe('The entry of the troubleshooting guide.'),
  })
  .describe('One check that the gate speaks of.');

const answer = z
  .object({
    namespace: z.string(),
    name: z.string(),
    exitCode,
    reason: z.enum(Object.keys(GATE_REASONS) as [GateReason, ...GateReason[]]),
    message: z.string().describe('One sentence for people.'),
    blockers: z.array(findingSchema).describe('What fails or blocks, worst first.'),
    unanswered: z.array(findingSchema).describe('Required questions without an answer, and changes not confirmed yet.'),
    warnings: z.array(findingSchema),
    notes: z.array(findingSchema).describe('Worth knowing, and nothing that anybody could change: they never count.'),
    evidence: z
      .array(z.object({ target: z.string(), check: z.string(), message: z.string() }))
      .describe('What each service and backend was believed on.'),
    muted: z.array(findingSchema).describe('Findings that a mute of the spec silences: they do not block.'),
    skipped: z.array(findingSchema).describe('Findings that --skip left out.'),
    notExamined: z.array(z.string()).describe('What nobody looked at: a sentence each.'),
    notExaminedByCause: z.array(z.string()).describe('The same in few lines, one for each cause.'),
    lastRunTime: z.string().optional().describe('Start of the run that was judged, RFC 3339 UTC.'),
    request: z.string().optional().describe('The token that asked for the run; absent with --no-refresh.'),
    override: z
      .object({ reason: z.string(), replaced: exitCode })
      .optional()
      .describe('What --override gave as its reason, and the exit code that it replaced.'),
  })
  .describe('The answer about one report.');

export const GATE_OBJECT = z
  .object({
    exitCode: exitCode.describe('That of the command: the worst of the reports.'),
    reports: z.array(answer).describe('Empty when the gate could not get as far as a report.'),
    problem: z.string().optional().describe('Why there is no answer about any report.'),
  })
  .meta({ title: 'recognize-health gate -o json' });

export type GateObject = z.output<typeof GATE_OBJECT>;

/** What `-o json` and `-o yaml` print: stable names, every finding whole. `problem`: why there is no answer at all. */
export function gateObject(answers: readonly GateAnswer[], exitCode: ExitCode, problem?: string): GateObject {
  return {
    exitCode,
    reports: answers.map(({ waiting: _, ...answer }) => ({
      ...answer,
      blockers: answer.blockers.map(findingObject),
      unanswered: answer.unanswered.map(findingObject),
      warnings: answer.warnings.map(findingObject),
      notes: answer.notes.map(findingObject),
      evidence: [...answer.evidence],
      muted: answer.muted.map(findingObject),
      skipped: answer.skipped.map(findingObject),
      notExamined: [...answer.notExamined],
      notExaminedByCause: [...answer.notExaminedByCause],
    })),
    problem,
  };
}

function findingObject({ remedy, ...finding }: GateFinding): z.output<typeof findingSchema> {
  return remedy === undefined
    ? finding
    : { ...finding, remedy: { say: remedy.say, commands: [...remedy.commands], policies: [...remedy.policies] } };
}

/** The schema as JSON Schema, for docs and pipelines. */
export function gateObjectSchema(): object {
  return z.toJSONSchema(GATE_OBJECT, { target: 'draft-7', io: 'input' });
}
