// Writes of a report's status in a day, on a virtual clock: the real controller, the real run from spec to status, a
// service that answers a little differently every time. Once nothing happens all day; once the service breaks and heals
// and one write in ten is refused, and then whatever was found must have been written.
import type { HealthReportStatus } from '../../src/api/health-report.ts';
import { createClients } from '../../src/clients/index.ts';
import { examine } from '../../src/examine.ts';
import { controller } from '../../src/operator/controller.ts';
import type { Log, ReportApi } from '../../src/operator/ports.ts';
import { significantlyDiffers } from '../../src/report/index.ts';
import { virtualClock } from '../../test/support/virtual-clock.ts';

const DAY_MS = 24 * 60 * 60_000;
const LOOK_MS = 60_000;
const BUDGET = 288;
/** Its service is down for so long, as often as this in the eventful day. */
const OUTAGE_MS = 10 * 60_000;
const OUTAGES = 12;
const REFUSED_EVERY = 10;

export const title = 'writes of a steady report';
export const budget = `at most ${BUDGET} a day, none lost`;

interface Day {
  readonly runs: number;
  readonly writes: number;
  /** Looks at which what was found last was not what is stored, although a write had had a minute's time. */
  readonly lost: number;
  readonly changes: number;
}

/** One day of one report. */
async function day(isEventful: boolean): Promise<Day> {
  const clock = virtualClock();
  const stop = new AbortController();
  const began = clock.monotonicMs();
  let runs = 0;
  let tries = 0;
  let writes = 0;
  let computed: HealthReportStatus | undefined;
  let stored: HealthReportStatus | undefined;
  const isDown = (): boolean =>
    isEventful && (clock.monotonicMs() - began) % (DAY_MS / OUTAGES) > DAY_MS / OUTAGES - OUTAGE_MS;

  const own = createClients({ cluster: undefined, clock });
  const clients = {
    ...own,
    http: {
      get: async (_request: object, signal: AbortSignal) => {
        await clock.sleep(5 + (runs % 37), signal);
        const [status, word] = isDown() ? [503, 'DOWN'] : [200, 'UP'];
        const body = JSON.stringify({
          status: word,
          components: { diskSpace: { status: 'UP', details: { free: runs } } },
        });
        const date = clock.now().toUTCString();
        return { ok: true as const, value: { status, contentType: 'application/json', body, truncated: false, date } };
      },
    },
  };
  const silent = (): void => undefined;
  const log: Log = {
    debug: silent,
    info: silent,
    warn: silent,
    error: (fields, message) => {
      throw new Error(`${message} ${JSON.stringify(fields)}`);
    },
  };
  const api: ReportApi = {
    get: () => Promise.resolve({ metadata, spec, status: stored }),
    applyStatus: (_metadata, status) => {
      tries += 1;
      if (isEventful && tries % REFUSED_EVERY === 0) return Promise.resolve({ kind: 'Failed', detail: 'refused' });
      writes += 1;
      stored = status;
      return Promise.resolve({ kind: 'Written' });
    },
    markOutdated: () => Promise.resolve(undefined),
    recordEvent: () => Promise.resolve(),
  };
  const metadata = {
    name: 'prod',
    namespace: 'recognize',
    uid: 'one',
    generation: 1,
    resourceVersion: '1',
    annotations: {},
  };
  const spec = {
    discovery: 'None',
    services: [
      { name: 'core-daemon', url: 'http://core-daemon' },
      { name: 'auth-vault', url: 'http://auth-vault' },
    ],
  };
  const secrets = { read: () => Promise.reject(new Error('no Secret is named')) };
  const control = controller({
    api,
    examine: async (report) => {
      runs += 1;
      computed = await examine({
        namespace: 'recognize',
        generation: 1,
        spec: report.spec,
        previous: report.previous,
        objects: undefined,
        secrets,
        clients,
        clock,
        signal: report.signal,
      });
      return computed;
    },
    mayWrite: () => true,
    clock,
    log,
    random: Math.random,
    workers: 2,
    signal: stop.signal,
  });
  control.observe({ metadata, spec, status: undefined });

  let lost = 0;
  let changes = 0;
  let verdict: string | undefined;
  let differedSince: number | undefined;
  for (let at = 0; at < DAY_MS; at += LOOK_MS) {
    await clock.advance(LOOK_MS);
    if (stored?.verdict !== verdict) changes += 1;
    verdict = stored?.verdict;
    if (!significantlyDiffers(stored, computed)) differedSince = undefined;
    else if (differedSince === undefined) differedSince = clock.monotonicMs();
    else lost += 1;
  }
  stop.abort(new Error('the day is over'));
  own.close();
  return { runs, writes, lost, changes };
}

export async function measure(print: (line: string) => void): Promise<boolean> {
  const steady = await day(false);
  print(`a steady day: ${steady.runs} runs, ${steady.writes} writes, ${steady.lost} lost`);
  const eventful = await day(true);
  print(
    `a day with ${OUTAGES} outages and every ${REFUSED_EVERY}th write refused: ${eventful.runs} runs, ${eventful.writes} writes, ` +
      `${eventful.changes} changes of the verdict, ${eventful.lost} lost`,
  );
  if (eventful.changes < 2 * OUTAGES) throw new Error('the outages of the eventful day were not seen');
  return steady.writes <= BUDGET && steady.lost + eventful.lost === 0;
}
