// What `gate --way-back -o json` and `-o yaml` print, as a schema: published, so that a pipeline can rely on it.
import { z } from 'zod';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { WAY_BACK_REASONS, type WayBackAnswer } from './way-back.ts';

const exitCode = z
  .literal(Object.values(EXIT) as [ExitCode, ...ExitCode[]])
  .describe('0 reversible, 1 internal error, 2 usage or not comparable, 3 not reversible, 5 unknown, 6 timeout.');

const answer = z.object({
  namespace: z.string(),
  name: z.string(),
  exitCode,
  reason: z.enum(WAY_BACK_REASONS),
  message: z.string().describe('One sentence for people.'),
  obstacles: z.array(z.string()).describe('What a rollback of the manifests does not undo, and what to do about it.'),
  unknown: z.array(z.string()).describe('What nobody could tell.'),
  same: z.array(z.string()).describe('What was compared and is as it was.'),
  runBefore: z.string().optional().describe('Start of the run, RFC 3339 UTC.'),
  runAfter: z.string().optional(),
});

export const WAY_BACK_OBJECT = z
  .object({
    exitCode: exitCode.describe('That of the command: the worst of the reports.'),
    reports: z.array(answer),
    problem: z.string().optional().describe('Why nothing could be judged.'),
  })
  .meta({ title: 'recognize-health gate --way-back -o json' });

export type WayBackObject = z.output<typeof WAY_BACK_OBJECT>;

/** What `-o json` and `-o yaml` print. */
export function wayBackObject(answers: readonly WayBackAnswer[], exit: ExitCode, problem?: string): WayBackObject {
  // The schema has the same fields: parsing copies what is readonly.
  return WAY_BACK_OBJECT.parse({
    exitCode: exit,
    reports: answers,
    ...(problem === undefined ? {} : { problem }),
  });
}

/** The schema as JSON Schema, for docs and pipelines. */
export function wayBackObjectSchema(): object {
  return z.toJSONSchema(WAY_BACK_OBJECT, { target: 'draft-7', io: 'input' });
}
