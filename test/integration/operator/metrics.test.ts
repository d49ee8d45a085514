// What a live pair of replicas serves at /metrics: who works, which report is how, and that a standby says the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undocumented } from '../faults/exposition.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE } from '../../stack/operator-account.ts';
import { startArena, until, type Arena, type RunningOperator } from './arena.ts';

describe('two replicas', () => {
  let arena: Arena;
  let replicas: readonly RunningOperator[];
  const scraped = (of: RunningOperator): Promise<string> =>
    fetch(`http://127.0.0.1:${of.port()}/metrics`).then((answer) => answer.text());
  const valueOf = (text: string, series: string): string | undefined =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1];
  const OF_PROD = 'report_namespace="recognize",report="prod"';

  beforeAll(async () => {
    arena = await startArena();
    await arena.admin.create(arena.report('prod'));
    const election = { lease: { namespace: OPERATOR_NAMESPACE, name: OPERATOR_ACCOUNT } };
    replicas = [await arena.start({ user: 'one', election }), await arena.start({ user: 'two', election })];
    await until(
      'the first report',
      () => arena.condition('prod', 'CoreDaemonHealthy'),
      (seen) => seen === 'True/Healthy',
    );
  });
  afterAll(() => arena.close());

  it('say which of them works', async () => {
    const leading = async (): Promise<(string | undefined)[]> =>
      (await Promise.all(replicas.map(scraped))).map((text) => valueOf(text, 'recognize_health_leader')).sort();
    await until('a leader and a standby', leading, (seen) => seen.join() === '0,1');
  });

  it('both name the report that fails, with its entry and the start of its last run', async () => {
    arena.service.mood = 'down';
    await arena.request('prod', 'down');
    const answered = await until(
      'the answer',
      () => arena.status('prod'),
      (status) => status?.lastHandledRequest === 'down',
    );
    // Of that very run: one on schedule may have seen the outage before.
    const started = String(Date.parse(answered?.lastRunTime ?? '') / 1_000);
    for (const replica of replicas) {
      const text = await until(
        'the failing report',
        () => scraped(replica),
        (seen) => valueOf(seen, `recognize_health_report_last_run_timestamp_seconds{${OF_PROD}}`) === started,
      );
      const failing = `recognize_health_report_condition{${OF_PROD},condition="Healthy",status="False"}`;
      expect(valueOf(text, failing)).toBe('1');
      expect(text).not.toContain(`recognize_health_report_condition{${OF_PROD},condition="Healthy",status="True"}`);
      expect(valueOf(text, `recognize_health_report_findings{${OF_PROD},entry="OPS-060"}`)).toBe('1');
      expect(valueOf(text, `recognize_health_report_stale{${OF_PROD}}`)).toBe('0');
      expect(valueOf(text, 'recognize_health_reports_unnamed')).toBe('0');
    }
  });

  it('count the calls that they make, and those that are refused', async () => {
    const sum = async (pattern: RegExp): Promise<number> => {
      const texts = await Promise.all(replicas.map(scraped));
      return texts
        .flatMap((text) => text.split('\n'))
        .filter((line) => pattern.test(line))
        .reduce((total, line) => total + Number(line.split(' ')[1]), 0);
    };
    expect(await sum(/^recognize_health_api_calls_total\{verb="patch",result="OK"\}/)).toBeGreaterThan(0);
    expect(await sum(/^recognize_health_api_calls_total\{verb="watch",result="OK"\}/)).toBeGreaterThan(1);
    arena.server.faults.inject({ match: ({ subresource }) => subresource === 'status', status: 500, times: 1 });
    arena.service.mood = 'up';
    await arena.request('prod', 'up');
    await until(
      'a refused call',
      () => sum(/^recognize_health_api_calls_total\{verb="patch",result="ServerError"\}/),
      (seen) => seen > 0,
    );
  });

  it('serve what is documented and nothing of a report that is gone', async () => {
    await arena.admin.create(arena.report('gone'));
    const named = async (): Promise<boolean[]> =>
      (await Promise.all(replicas.map(scraped))).map((text) => text.includes('report="gone"'));
    await until('the new report', named, (seen) => seen.every(Boolean));
    const { apiVersion, kind, metadata } = arena.report('gone');
    await arena.admin.remove({ apiVersion, kind, metadata });
    await until('the end of its series', named, (seen) => !seen.some(Boolean));
    for (const replica of replicas) expect(undocumented(await scraped(replica), ['recognize/prod'])).toEqual([]);
  });
});
