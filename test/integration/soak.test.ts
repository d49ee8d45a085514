// The soak, shortened: a few troubles at random against a full stack. `npm run soak` is the long one.
import { expect, it } from 'vitest';
import { soak } from '../../tools/soak/soak.ts';

it('goes through troubles at random without a defect, a leak, or a report that stays wrong', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const lines: string[] = [];
  const { problems, rounds } = await soak({
    minutes: 0.75,
    seed,
    // As long as a loaded machine may need; the long one holds it to two intervals.
    truthWithinMs: 90_000,
    say: (line) => lines.push(line),
  });
  expect(problems, `seed ${seed}\n${lines.join('\n')}`).toEqual([]);
  expect(rounds).toBeGreaterThanOrEqual(2);
}, 600_000);
