// What `diff -o json` and `-o yaml` print, as a schema: published, so that a pipeline can rely on it.
import { z } from 'zod';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { RESULTS } from '../api/faults/traits.ts';
import { COMPARE_REASONS, type Comparison } from './comparison.ts';

const exitCode = z
  .literal(Object.values(EXIT) as [ExitCode, ...ExitCode[]])
  .describe('0 pass, 1 internal error, 2 usage or not comparable, 3 worse, 4 new warnings, 5 unknown, 6 timeout.');

const change = z
  .object({
    check: z.string().describe('Id of the check.'),
    before: z.enum(RESULTS).optional().describe('The worse of result and state. Absent: it was not asked.'),
    after: z.enum(RESULTS).optional().describe('Absent: it is not asked any more.'),
    faultBefore: z.string().optional(),
    faultAfter: z.string().optional(),
    message: z.string().describe('What was seen, for people.'),
    muted: z.boolean().describe('Silenced by a mute: it does not count.'),
    required: z.boolean().describe('False: that it has no answer does not count.'),
  })
  .describe('One check of which something changed.');

const comparison = z.object({
  namespace: z.string(),
  name: z.string(),
  exitCode,
  reason: z.enum(COMPARE_REASONS),
  message: z.string().describe('One sentence for people.'),
  regressions: z.array(change).describe('Worse than before, or failing in another way.'),
  fixes: z.array(change).describe('Better than before.'),
  added: z.array(change).describe('Not asked before.'),
  gone: z.array(change).describe('Not asked any more.'),
  lostSight: z.array(change).describe('Answered before, without an answer now.'),
  still: z.array(change).describe('As bad as before.'),
  unseen: z.array(z.string()).describe('Ids without an answer, before and now.'),
  unchanged: z.int().describe('How many are as well as before.'),
  images: z
    .array(z.object({ component: z.string(), before: z.string(), after: z.string() }))
    .describe('Images that are others now.'),
  moved: z
    .array(
      z.object({
        what: z.string().describe('The database, bucket, key or component.'),
        before: z.string(),
        after: z.string(),
        message: z.string().describe('One sentence for people.'),
        counts: z.enum(['fail', 'warn', 'pass']).describe('As what it counts.'),
      }),
    )
    .describe('Addresses and migrations that are others now, and images that stayed behind.'),
  runBefore: z.string().optional().describe('Start of the run, RFC 3339 UTC.'),
  runAfter: z.string().optional(),
  phases: z
    .array(z.object({ name: z.string(), ms: z.number() }))
    .optional()
    .describe('Of gate --after: the parts of the upgrade, and how long each took.'),
});

export const DIFF_OBJECT = z
  .object({
    exitCode: exitCode.describe('That of the command: the worst of the reports.'),
    reports: z.array(comparison),
    problem: z.string().optional().describe('Why nothing could be compared.'),
  })
  .meta({ title: 'recognize-health diff -o json' });

export type DiffObject = z.output<typeof DIFF_OBJECT>;

/** What `-o json` and `-o yaml` print. */
export function diffObject(comparisons: readonly Comparison[], exit: ExitCode, problem?: string): DiffObject {
  // The schema has the same fields: parsing copies what is readonly.
  return DIFF_OBJECT.parse({
    exitCode: exit,
    reports: comparisons,
    ...(problem === undefined ? {} : { problem }),
  });
}

/** The schema as JSON Schema, for docs and pipelines. */
export function diffObjectSchema(): object {
  return z.toJSONSchema(DIFF_OBJECT, { target: 'draft-7', io: 'input' });
}
