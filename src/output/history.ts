// Availability as it is told: a strip under a report, and `status --history` as a table, for a spreadsheet, for a program.
import { COMPONENTS } from '../api/components.ts';
import { availabilityOf, WHOLE, WINDOWS, type Availability, type Window } from '../api/history.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { type Cell, columns, type Paint, plain, USUAL_WIDTH, wrap } from './columns.ts';
import { jsonText, type Formats } from './format.ts';
import { allPrintable, printable } from './printable.ts';

/** A report of which the history is told. */
export interface Remembering {
  readonly namespace: string;
  readonly name: string;
  readonly status: HealthReportStatus;
}

const ALL_WINDOWS = Object.keys(WINDOWS) as Window[];

interface Told {
  readonly component: string;
  readonly windows: Readonly<Record<Window, Availability>>;
}

/** The installation first, then its components. A name that is none of ours is not told. */
function toldOf({ history }: HealthReportStatus): readonly Told[] {
  if (history === undefined) return [];
  return [WHOLE, ...COMPONENTS].flatMap((component) => {
    const windows = ALL_WINDOWS.flatMap((window) => {
      const found = availabilityOf(history, component, window);
      return found === undefined ? [] : [[window, found] as const];
    });
    return windows.length === 0
      ? []
      : [{ component, windows: Object.fromEntries(windows) as Record<Window, Availability> }];
  });
}

/** `99.95%`, never rounded up to what it was not. */
export function percent(part: number, whole: number): string {
  const floored = Math.floor((part / whole) * 10_000) / 100;
  return `${floored === 0 && part > 0 ? '<0.01' : String(floored)}%`;
}

/** `99.95% (0.02% down, 0.03% unknown)` */
function words({ up, down, unknown }: Availability): string {
  const whole = up + down + unknown;
  const rest = [
    ...(down === 0 ? [] : [`${percent(down, whole)} down`]),
    ...(unknown === 0 ? [] : [`${percent(unknown, whole)} unknown`]),
  ];
  return `${percent(up, whole)}${rest.length === 0 ? '' : ` (${rest.join(', ')})`}`;
}

/** One line on the whole installation, under a report; nothing where nothing was recorded. */
export function availabilityStrip(status: HealthReportStatus, width: number, paint: Paint = plain): string[] {
  const whole = toldOf(status).find(({ component }) => component === WHOLE);
  if (whole === undefined) return [];
  const parts = ALL_WINDOWS.map((window) => `${window} ${words(whole.windows[window])}`);
  return ['', paint('strong', 'Up'), ...wrap(parts.join('; '), width - 2).map((line) => `  ${line}`)];
}

/** The same in a sentence, for a page. Undefined where nothing was recorded. */
export function availabilityText(status: HealthReportStatus | undefined): string | undefined {
  const whole = status === undefined ? undefined : toldOf(status).find(({ component }) => component === WHOLE);
  return whole === undefined
    ? undefined
    : ALL_WINDOWS.map((window) => `${window} ${words(whole.windows[window])}`).join('; ');
}

export const HISTORY_FORMATS = {
  table: (reports: readonly Remembering[], paint: Paint, width?: number) =>
    reports.flatMap((report) => tableOf(report, paint, width)).join('\n'),
  json: (reports: readonly Remembering[]) =>
    jsonText(
      allPrintable({
        reports: reports.map(({ namespace, name, status }) => ({
          namespace,
          name,
          until: status.history?.until ?? null,
          components: toldOf(status),
        })),
      }),
    ),
  csv: (reports: readonly Remembering[]) =>
    [CSV_HEADER, ...reports.flatMap(rowsOf)].map((row) => row.map(csvCell).join(',')).join('\r\n'),
} as const satisfies Formats<readonly Remembering[]>;

function tableOf({ namespace, name, status }: Remembering, paint: Paint, width = USUAL_WIDTH): string[] {
  const told = toldOf(status);
  const title = paint('strong', printable(`${namespace}/${name}`));
  if (told.length === 0) return [title, '  Nothing was recorded yet.'];
  const head: Cell[] = ['COMPONENT', ...ALL_WINDOWS].map((text) => ({ text, style: 'faint' as const }));
  const rows = told.map(({ component, windows }): Cell[] => [
    { text: component },
    ...ALL_WINDOWS.map((window) => ({ text: words(windows[window]) })),
  ]);
  const lines = columns([head, ...rows], paint, 2);
  if (lines.every((line) => line.length <= width)) return [title, ...lines];
  return [
    title,
    ...told.flatMap(({ component, windows }) => [
      `  ${component}`,
      ...ALL_WINDOWS.map((window) => `    ${window} ${words(windows[window])}`),
    ]),
  ];
}

const CSV_HEADER = ['namespace', 'report', 'component', 'window', 'up_seconds', 'down_seconds', 'unknown_seconds'];

function rowsOf({ namespace, name, status }: Remembering): readonly (readonly string[])[] {
  return toldOf(status).flatMap(({ component, windows }) =>
    ALL_WINDOWS.map((window) => {
      const { up, down, unknown } = windows[window];
      return [namespace, name, component, window, String(up), String(down), String(unknown)];
    }),
  );
}

/** RFC 4180. A spreadsheet takes what begins like a formula for one. */
function csvCell(text: string): string {
  const shown = printable(text);
  const plainText = /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(plainText) ? `"${plainText.replaceAll('"', '""')}"` : plainText;
}
