// A setting that was renamed or removed between two runs of one spec is told in `transitions` and as an Event.
import { describe, expect, it, test } from 'vitest';
import { movedSettings } from '../../../src/report/moved-settings.ts';
import { significantlyDiffers } from '../../../src/report/differs.ts';
import { transitionEvents } from '../../../src/operator/transitions.ts';
import { look, type Situation, template } from '../situations/world.ts';

const since = '2026-11-23T10:00:00Z';
const item = (origin?: string): { component: 'database'; name: string; since: string; origin?: string } => ({
  component: 'database',
  name: 'np',
  since,
  ...(origin === undefined ? {} : { origin }),
});
const NEW = 'database/np is found in env B; it was in env A';

describe('a setting', () => {
  test.each([
    ['that was renamed', 1, [item('env A')], [item('env B')], [NEW]],
    ['that was removed', 1, [item('env A')], [], ['database/np is named nowhere any more; it was in env A']],
    ['that stayed', 1, [item('env A')], [item('env A')], []],
    ['that is new', 1, [], [item('env A')], []],
    ['of a spec that changed meanwhile', 2, [item('env A')], [], []],
    ['of something that no setting led to', 1, [item()], [], []],
  ])('%s', (_, generation, before, after, expected) => {
    expect(movedSettings({ observedGeneration: 1, inventory: before }, generation, after)).toEqual(expected);
  });
});

const named = (variable: string): Situation => ({
  spec: { databases: undefined },
  objects: template('node-persistence', (container) => {
    container['env'] = [
      { name: variable, value: 'jdbc:postgresql://db.example/np' },
      { name: 'SPRING_DATASOURCE_PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } },
      { name: 'SPRING_DATASOURCE_USERNAME', value: 'np' },
    ];
  }),
});

it('that is renamed between two runs is told once, worth a write and an Event', async () => {
  const { status: first } = await look(named('SPRING_DATASOURCE_URL'));
  const { status: second } = await look({ ...named('SPRING_DATASOURCE_JDBC_URL'), previous: first });
  const moved =
    'database/node-persistence is found in Deployment node-persistence, env SPRING_DATASOURCE_JDBC_URL; it was in Deployment node-persistence, env SPRING_DATASOURCE_URL';
  expect(second.transitions?.map((one) => one.moved).filter(Boolean)).toEqual([moved]);
  expect(significantlyDiffers(first, second)).toBe(true);
  const events = transitionEvents(first, second, new Date());
  expect(events.map(({ reason, note }) => [reason, note])).toEqual([['SettingMoved', moved]]);
  const { status: third } = await look({ ...named('SPRING_DATASOURCE_JDBC_URL'), previous: second });
  expect(third.transitions).toEqual(second.transitions);
});
