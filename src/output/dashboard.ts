// The pages of the dashboard: a list of reports, one report, and the sentence where there is none. Each is read without a
// script; the script only reads it anew when something changed.
import { renderHtml } from './html.ts';
import { htmlDocument, type Live } from './page/document.ts';
import { text } from './page/escape.ts';
import { table } from './page/sections.ts';
import { conditionStatus, VERDICT_STYLE } from './report.ts';
import type { StoredReport } from './status.ts';

const HEADING = 'Health of PingOne Recognize';

/** The address of a report within the dashboard. */
function reportPath({ namespace, name }: Pick<StoredReport, 'namespace' | 'name'>): string {
  return `/reports/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

export function listPage(reports: readonly StoredReport[], where: string, live: Live): string {
  const rows = reports.map((report) => {
    const { namespace, name, status, lastRun = '-', stale } = report;
    const verdict = `<span class="${VERDICT_STYLE[status.verdict]}">${text(status.verdict)}</span>`;
    return [
      `<a href="${text(reportPath(report))}">${text(`${namespace}/${name}`)}</a>`,
      stale ? `${verdict} (stale)` : verdict,
      text(status.healthy ?? '-'),
      text(conditionStatus(status, 'Upgradeable')),
      text(lastRun),
      text(status.rootCause ?? ''),
    ];
  });
  const head = ['Report', 'Verdict', 'Healthy', 'Upgradeable', 'Last run', 'Root cause'];
  return htmlDocument(
    `Reports of ${where}${reports.length === 0 ? '' : `: ${verdictCounts(reports)}`}`,
    HEADING,
    [
      `<h2>Reports of ${text(where)}</h2>`,
      ...(rows.length === 0 ? ['<p>There is no HealthReport here.</p>'] : table('What is not good first', head, rows)),
    ],
    live,
  );
}

/** One report, as `-o html` shows it, with the way back. */
export function reportPage({ told, freshness, stale }: StoredReport, live: Live): string {
  const said = `<p${stale ? ' class="bad"' : ''}>${text(freshness)}</p>`;
  return renderHtml([told], {
    live,
    above: ['<nav aria-label="Dashboard"><a href="/">All reports</a></nav>', said],
  });
}

/** A page that says one thing. */
export function sentencePage(title: string, sentence: string, live: Live): string {
  const body = [`<h2>${text(title)}</h2>`, `<p>${text(sentence)}</p>`, '<p><a href="/">All reports</a></p>'];
  return htmlDocument(title, HEADING, body, live);
}

/** `1 Failing, 2 Healthy`: in their order, which is by urgency. */
function verdictCounts(reports: readonly StoredReport[]): string {
  const counts = new Map<string, number>();
  for (const { status } of reports) counts.set(status.verdict, (counts.get(status.verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}
