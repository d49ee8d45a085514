// The entries as a page of the documentation.
import { entryUrl, SECTIONS, type Entry } from '../../src/guide/entry.ts';

const HEADINGS: Readonly<Record<Entry['section'], string>> = {
  'core-daemon': 'Core daemon',
  'operations-service': 'Operations service',
  'node-persistence': 'Node persistence',
  'circuit-storage': 'Circuit storage',
  'auth-vault': 'Auth vault',
  'pingone-recognize-offline-enrollment-agent': 'PingOne Recognize offline enrollment agent',
  'mobile-sdk': 'Mobile SDK',
  alerts: 'Alerts',
  'scaling-the-cluster': 'Scaling the cluster',
  ours: 'Where the guide is silent',
};

/** docs/reference/entries.md: every entry under its section, with what leads to it. */
export function entriesReference(entries: readonly Entry[], guide: { version: string; url: string }): string {
  const sections = [...SECTIONS, 'ours' as const].map((section) =>
    sectionPage(
      section,
      entries.filter((entry) => entry.section === section),
    ),
  );
  return [
    '# Entries of the guide',
    '',
    `Every row of the [troubleshooting guide](${guide.url}) (read as version \`${guide.version}\`) as this program cites it.`,
    'Titles, codes and figures are exact; causes and next steps are in our own words.',
    '',
    ...sections,
  ].join('\n');
}

function sectionPage(section: Entry['section'], entries: readonly Entry[]): string {
  const nothing = 'The guide lists no error here: HTTP and REST errors are in the Swagger file of the service.';
  const body = entries.length === 0 ? [nothing, ''] : entries.flatMap(entryLines);
  return [`## ${HEADINGS[section]}`, '', ...body].join('\n');
}

function entryLines(entry: Entry): readonly string[] {
  const claims = entry.claims.map(([component, fault]) =>
    component === 'any' ? `\`${fault}\`` : `\`${fault}\` (${component})`,
  );
  const signatures = entry.signatures.map(({ template }) => codeSpan(template));
  const platform = entry.platform === undefined ? '' : ` on ${entry.platform === 'ios' ? 'iOS' : 'Android'}`;
  return [
    `### ${entry.id}`,
    '',
    ...(entry.code === undefined || entry.code === entry.title ? [] : [`- Code: \`${entry.code}\`${platform}`]),
    `- Error: ${codeSpan(entry.title)}`,
    `- Cause: ${entry.cause}`,
    `- Next steps: ${entry.nextSteps}`,
    ...(claims.length === 0 ? [] : [`- Faults: ${claims.join(', ')}`]),
    ...(signatures.length === 0 ? [] : [`- Log lines: ${signatures.join(', ')}`]),
    entry.source === 'guide' ? `- Source: <${entryUrl(entry)}>` : '- Source: ours; the guide is silent',
    '',
  ];
}

/** A code span that survives backticks inside. */
function codeSpan(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
