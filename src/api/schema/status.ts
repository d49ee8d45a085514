// The status of a HealthReport: what was found. Faults and reasons are patterns, not enums, so that a newer operator
// does not lose its whole write on an older CRD. Every list but conditions is atomic.
import * as z from 'zod';
import { FAULT_NAMES, type FaultName } from '../fault-names.ts';
import { RESULTS, SEVERITIES } from '../faults/traits.ts';
import { MIGRATIONS_TEXT } from '../migration-rows.ts';

const atomic = { 'x-kubernetes-list-type': 'atomic' };
const time = z.iso.datetime({ offset: true }).max(64);
const count = z.int().min(0);
const checkId = z.string().max(128);
const camelCase = z
  .string()
  .max(64)
  .regex(/^([A-Za-z][A-Za-z0-9]*)?$/);
const entryId = z
  .string()
  .max(32)
  .regex(/^[A-Z0-9-]+$/);

const condition = z
  .object({
    type: z.string().max(316).describe('Type of the condition.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
    observedGeneration: count.optional().describe('The generation that the run started with.'),
    lastTransitionTime: time.describe('When the status last changed.'),
    reason: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .describe('A fault or another CamelCase reason.'),
    message: z.string().max(32768).describe('What was seen, the cause, the next step, and the entry of the guide.'),
  })
  .describe('A condition as in all of Kubernetes.');

const citationRef = z
  .object({
    id: entryId.describe('Id of the entry of the guide.'),
    basis: z
      .enum(['Log', 'Response', 'Inferred'])
      .describe(
        'Log: a matched line proves it. Response: the other side said so. Inferred: concluded from what was seen.',
      ),
  })
  .describe('An entry of the guide, and what it rests on.');

/** One optional field for each name. */
const names = z
  .object(
    Object.fromEntries(
      Object.entries(FAULT_NAMES).map(([name, meaning]) => [name, z.string().max(256).optional().describe(meaning)]),
    ) as Record<FaultName, z.ZodOptional<z.ZodString>>,
  )
  .describe('What the remedy of the fault names.');

const check = z
  .object({
    id: checkId.describe('component[/target]/question.'),
    component: z.string().max(64).describe('The component that the check is about.'),
    required: z.boolean().optional().describe('False: an answer that is missing holds up no upgrade. Absent: true.'),
    result: z.enum(RESULTS).describe('Answer of this run. error: could not be evaluated.'),
    state: z.enum(RESULTS).describe('Answer after the thresholds.'),
    streak: count.optional().describe('Runs in a row that speak for another state.'),
    toward: z.enum(RESULTS).optional().describe('The state that the streak speaks for.'),
    unanswered: count.optional().describe('Runs in a row without an answer (error or skip).'),
    severity: z.enum(SEVERITIES).optional().describe('How much it matters.'),
    fault: camelCase.optional().describe('What was observed.'),
    message: z.string().max(160).optional().describe('What was seen, in a sentence.'),
    since: time.describe('When the state last changed.'),
    suppressedBy: checkId.optional().describe('The check whose failure explains this one.'),
    clearing: count.optional().describe('Runs since the explaining failure cleared.'),
    muted: z.boolean().optional().describe('Silenced by a mute of the spec.'),
    mutedAs: z
      .object({
        result: z.enum(RESULTS).describe('How bad it was.'),
        severity: z.enum(SEVERITIES).describe('How much it mattered.'),
        until: time.describe('The end of that mute. Another end is another mute.'),
        window: z.boolean().optional().describe('A maintenance window: it silences alerts and opens no gate.'),
      })
      .optional()
      .describe('What the mute found when it began; the mute lifts when it gets worse.'),
    citations: z.array(citationRef).max(4).optional().meta(atomic).describe('The entries of the guide that apply.'),
    evidence: z.string().max(256).optional().describe('A redacted excerpt.'),
    names: names.optional(),
    latchedSince: time.optional().describe('Since when it stays, until a mute acknowledges it.'),
    baseline: z.string().max(128).optional().describe('What was seen first, to compare with.'),
  })
  .describe('One question and its answer.');

export const healthReportStatus = z
  .object({
    observedGeneration: z.int().default(-1).describe('The generation that the last run started with. -1: none yet.'),
    verdict: z.enum(['Healthy', 'Warning', 'Failing', 'Unknown']).default('Unknown').describe('The answer in a word.'),
    components: z
      .object({
        total: count.describe('Components that exist.'),
        healthy: count.describe('Components that are healthy.'),
        failing: count.describe('Components that fail.'),
        unknown: count.describe('Components that cannot be judged.'),
      })
      .optional()
      .describe('Components by their state.'),
    healthy: z.string().max(16).optional().describe('Healthy components of all, for the table.'),
    rootCause: z
      .string()
      .max(256)
      .optional()
      .describe(
        'The first root cause, and how many more; a failure that waits for its confirmation; or why nothing can be said.',
      ),
    lastRunTime: time.optional().describe('When the last finished run started.'),
    freshUntil: time.optional().describe('After this the report is stale and must not be believed.'),
    lastHandledRequest: z
      .string()
      .max(256)
      .optional()
      .describe('The last value of the annotation recognize.health/requested-at that a run answered.'),
    topology: z.enum(['Umbrella', 'Split', 'Consolidated']).optional().describe('Who depends on whom here.'),
    inventory: z
      .array(
        z.object({
          component: z.string().max(64).describe('The service; database, object-storage or key-management.'),
          kind: z.string().max(64).optional().describe('Kind of its workload.'),
          name: z.string().max(253).optional().describe('Name of its workload, or of the backend.'),
          image: z.string().max(256).optional().describe('Image of its container.'),
          origin: z.string().max(256).optional().describe('Where the configuration of the services names the backend.'),
          since: time.describe('When it was first found.'),
        }),
      )
      .max(32)
      .optional()
      .meta(atomic)
      .describe(
        'The services and backends that were found. A service that vanishes is missing until the spec says required: false.',
      ),
    guide: z
      .object({
        version: z.string().max(64).describe('Digest of the guide that the entries follow.'),
        url: z.string().max(512).describe('Where the guide is.'),
      })
      .optional()
      .describe('The guide that is cited.'),
    counts: z
      .object({
        pass: count.describe('Good answers.'),
        warn: count.describe('Warnings.'),
        fail: count.describe('Failures.'),
        error: count.describe('Questions that could not be evaluated.'),
        skip: count.describe('Questions that were not asked.'),
        muted: count.describe('Muted findings, counted nowhere else.'),
      })
      .optional()
      .describe('Checks by their state.'),
    conditions: z
      .array(condition)
      .max(24)
      .default([
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'Pending',
          message: 'Waiting for the first run.',
          lastTransitionTime: '1970-01-01T00:00:00Z',
        },
        {
          type: 'Healthy',
          status: 'Unknown',
          reason: 'Pending',
          message: 'Waiting for the first run.',
          lastTransitionTime: '1970-01-01T00:00:00Z',
        },
        {
          type: 'Upgradeable',
          status: 'Unknown',
          reason: 'Pending',
          message: 'Waiting for the first run.',
          lastTransitionTime: '1970-01-01T00:00:00Z',
        },
      ])
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .describe(
        'Ready: the report is current. Healthy: the roll-up. Upgradeable: nothing speaks against an upgrade. And one for each component.',
      ),
    rootCauses: z
      .array(
        z.object({
          check: checkId.describe('The check that fails first.'),
          fault: camelCase.describe('What was observed.'),
          affects: z.array(checkId).max(64).optional().meta(atomic).describe('The checks that it explains.'),
        }),
      )
      .max(32)
      .optional()
      .meta(atomic)
      .describe('Failures that nothing else explains.'),
    checks: z.array(check).max(320).optional().meta(atomic).describe('Every question and its answer.'),
    citations: z
      .array(
        z.object({
          id: entryId.describe('Id of the entry.'),
          title: z.string().max(256).describe('What the guide calls the error.'),
          cause: z.string().max(512).describe('What causes it.'),
          nextSteps: z.string().max(1024).describe('What to do.'),
          url: z.string().max(512).describe('Where the guide says so.'),
          source: z.enum(['guide', 'ours']).describe('guide: the vendor says so. ours: the guide is silent.'),
        }),
      )
      .max(64)
      .optional()
      .meta(atomic)
      .describe('Each cited entry once.'),
    transitions: z
      .array(
        z.object({
          time: time.describe('When.'),
          from: z.string().max(16).describe('The verdict before.'),
          to: z.string().max(16).describe('The verdict after.'),
          rootCause: z.string().max(256).optional().describe('The first root cause then.'),
          moved: z
            .string()
            .max(256)
            .optional()
            .describe('A setting that leads to a backend and was renamed or removed; the verdict may be the same.'),
        }),
      )
      .max(20)
      .optional()
      .meta(atomic)
      .describe('The last 20 changes of the verdict, and of settings that lead to backends.'),
    lastHealthy: z
      .object({
        time: time.describe('Start of that run.'),
        watched: z
          .array(
            z.object({
              id: z.string().max(128).describe('kind/name: image/auth-vault, secret/node-persistence-db.'),
              is: z.string().max(192).describe('What it was; of a Secret or ConfigMap its resourceVersion.'),
              proof: z.string().max(64).optional().describe('Of an image: the digest that ran.'),
              was: z.string().max(192).optional().describe('What it was before that, where it moved a short time ago.'),
              movedAt: time.optional().describe('When that was seen.'),
            }),
          )
          .max(96)
          .optional()
          .meta(atomic)
          .describe('What people change. Absent: the report had no room for it.'),
      })
      .optional()
      .describe('The last run of which nothing failed.'),
    sinceHealthy: z
      .string()
      .max(512)
      .optional()
      .describe(
        'What moved since the last healthy run, while the report is not healthy; that nothing did, or that no such run is on record.',
      ),
    wayBack: z
      .object({
        migrations: z
          .array(
            z.object({
              database: z.string().max(128).describe('database/node-persistence'),
              applied: z
                .string()
                .max(MIGRATIONS_TEXT)
                .optional()
                .describe('Version, checksum and time of each migration that succeeded.'),
              failed: count.optional().describe('Migrations that failed.'),
              unread: z.string().max(160).optional().describe('Why nothing is known of them.'),
            }),
          )
          .max(16)
          .meta(atomic)
          .describe('By database.'),
        images: z
          .array(
            z.object({
              component: z.string().max(64).describe('The component.'),
              images: z.array(z.string().max(256)).max(12).describe('The images that its ReplicaSets still name.'),
            }),
          )
          .max(16)
          .meta(atomic)
          .describe('What ReplicaSets still name, by component.'),
        seen: z
          .array(
            z.object({
              id: z.string().max(128).describe('kind/name'),
              is: z.string().max(192).describe('The address, the fingerprint, the digest or the version.'),
            }),
          )
          .max(96)
          .meta(atomic)
          .describe('Addresses, keys, digests of images, Secrets and ConfigMaps as this run saw them, by kind/name.'),
      })
      .optional()
      .describe('What gate --way-back compares. Absent: nothing was looked at, or the report had no room for it.'),
    history: z
      .object({
        until: time.describe('Until when time is accounted for.'),
        components: z
          .array(
            z.object({
              component: z.string().max(64).describe('The component, or all.'),
              up: z.string().max(512).describe('Seconds of five minutes; hours; days, the newest first.'),
              down: z.string().max(512).describe('The same. What is missing of a bucket is unknown.'),
            }),
          )
          .max(20)
          .meta(atomic)
          .describe('By component.'),
      })
      .optional()
      .describe('How long each component was up and down: see recognize-health status --history.'),
    truncated: count
      .optional()
      .describe('Checks left out to keep the object small: skipped ones first, then good ones.'),
  })
  .describe('What was found. Written by the operator alone.');

export type HealthReportStatus = z.output<typeof healthReportStatus>;
export type CheckStatus = z.output<typeof check>;
export type Verdict = HealthReportStatus['verdict'];
export type CitationRef = z.output<typeof citationRef>;
export type InventoryItem = NonNullable<HealthReportStatus['inventory']>[number];
