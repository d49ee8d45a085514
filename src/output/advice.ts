// What to do, then what the guide says: the same order and the same words wherever a finding is told.
import type { HealthReportStatus } from '../api/health-report.ts';
import type { FilledRemedy } from '../remedies/index.ts';
import { copyable, labelled, type Paint } from './columns.ts';

type CitedEntry = Pick<NonNullable<HealthReportStatus['citations']>[number], 'cause' | 'nextSteps' | 'url' | 'source'>;

/** The remedy: what to do, the grants that are missing, the commands. */
export function remedyLines(remedy: FilledRemedy | undefined, width: number, paint: Paint): string[] {
  if (remedy === undefined) return [];
  return [
    ...labelled('Do', remedy.say, width),
    ...remedy.policies.flatMap((policy) => [
      ...labelled('Grant', 'this statement of a policy:', width),
      copyable(policy, width),
    ]),
    ...remedy.commands.map((command) => copyable(paint('strong', command), width)),
  ];
}

/**
 * What the entry says, and where. The steps of an entry of ours are those of the remedy in general words: they are left
 * out beside it.
 *
 * @param told the entry stands above already: its id is enough
 */
export function citationLines(
  id: string,
  entry: CitedEntry,
  { width, told, beside, basis }: { width: number; told: boolean; beside: boolean; basis?: string },
): string[] {
  const ours = entry.source === 'ours';
  const how = basis === undefined ? '' : `  (${basis.toLowerCase()})`;
  return [
    ...(told ? [] : labelled('Cause', entry.cause, width)),
    ...(told || (ours && beside) ? [] : labelled('Next', entry.nextSteps, width)),
    ...labelled(ours ? 'Ours' : 'Guide', `${id} ${entry.url}${how}`, width),
  ];
}
