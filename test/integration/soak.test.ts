// The soak, shortened: a few troubles against a full stack, the same ones each time. `npm run soak` is the long one, and
// draws other ones.
import { expect, it } from 'vitest';
import { soak } from '../../tools/soak/soak.ts';

it('goes through troubles without a defect, a leak, or a report that stays wrong', async () => {
  const seed = 20_261_128;
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
