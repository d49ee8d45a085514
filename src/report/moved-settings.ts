// Settings that led to a backend in the run before and do not in this one: renamed, moved to another place, or gone.
import type { HealthReportStatus, InventoryItem } from '../api/health-report.ts';
import { clip } from '../runtime/safe-text.ts';

const SENTENCE_BYTES = 256;

/**
 * One sentence for each. Another generation of the spec tells nothing about settings: what it lists is found nowhere else.
 *
 * @param generation that of the spec in this run
 */
export function movedSettings(
  previous: Pick<HealthReportStatus, 'observedGeneration' | 'inventory'> | undefined,
  generation: number,
  inventory: readonly InventoryItem[],
): readonly string[] {
  if (previous?.observedGeneration !== generation) return [];
  return (previous.inventory ?? []).flatMap(({ component, name = '', origin: was }) => {
    if (was === undefined) return [];
    const now = inventory.find((one) => one.component === component && one.name === name)?.origin;
    if (now === was) return [];
    const where = now === undefined ? 'is named nowhere any more' : `is found in ${now}`;
    return [clip(`${component}/${name} ${where}; it was in ${was}`, SENTENCE_BYTES)];
  });
}
