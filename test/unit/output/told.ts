// Reports to tell about, good and bad, and texts that try to break out of whatever they are put into.
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { decideGate, undecided } from '../../../src/gate/decide.ts';
import type { GateAnswer } from '../../../src/gate/decision.ts';
import type { Told } from '../../../src/output/view.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { report, run, START } from '../judge/fixtures.ts';

/** A failure, a warning and a question without an answer. */
export const BAD = {
  'database/node-persistence/connect': 'DatabaseMissing',
  'database/circuit-storage/connections': 'DatabaseConnectionsHigh',
  'key-management/jwt/state': 'CheckerNotAuthorized',
} as const;

export const { status: badStatus } = report(run(BAD));
export const { status: goodStatus } = report(run());

export function answer(status: HealthReportStatus | undefined, skips: readonly string[] = []): GateAnswer {
  const input = { generation: 1, suspended: false, waive: [], asked: undefined, maxAgeMs: undefined } as const;
  return {
    namespace: 'recognize',
    name: 'prod',
    ...decideGate({ ...input, status, failOn: 'fail', skips, now: START }),
  };
}

export function told(status: HealthReportStatus | undefined, more: Partial<Told> = {}): Told {
  const gate = more.gate ?? answer(status);
  return { namespace: 'recognize', name: 'prod', status, gate, durationMs: 1_234, failOn: 'fail', ...more };
}

/** What no report could be read for: a name that is not there, an API server that is gone. */
export const nothing: Told = told(undefined, {
  gate: { namespace: 'recognize', name: 'prod', ...undecided('NotFound', 2, false, undefined) },
});

export const HOSTILE: readonly string[] = [
  '',
  ' ',
  'a|b || c',
  '\\|',
  'one\r\ntwo\n\n| three |',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u009b2J',
  ']]>',
  '<![CDATA[ x ]]> <?xml version="1.1"?>',
  'NUL \u0000 and \u0007 and \u000b and \ufffe',
  `"double" 'single' \`back\` \`\`\`fence`,
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  "' onmouseover='alert(1)",
  '</table></td></style></title></textarea><!-- ',
  '--> <b>bold</b> &lt; &amp; &#60;script&#62; &#x3c;',
  '[click](javascript:alert(1)) ![x](https://example.com/x.png) <https://example.com>',
  'https://example.com/?a=1&b=2 www.example.com someone@example.com @everyone #1',
  'https://example.com/> <b>x</b> | `y` "z" \n<script>alert(1)</script>)',
  '# heading\n- item\n> quote\n***\n---\n    code',
  '~~gone~~ **bold** _em_ [ref]: https://example.com',
  '---\n%YAML 1.2\n--- {a: b}\n...',
  '!!js/function "x" &anchor *alias : - ? | >',
  '\u202eright to left\u202c \u2028 \u2029 \ufeff',
  '\ud800 alone \udc00',
  '{{ .Values }} ${HOME} $(id) %s %n',
  'x'.repeat(5_000),
];

/** The report with one text wherever a report holds free text. */
export function hostileTold(text: string): Told {
  const checks = (badStatus.checks ?? []).map((check, index) =>
    index % 2 === 0
      ? { ...check, message: text, evidence: text, fault: text }
      : { ...check, id: `${check.id}${text}`, message: text, suppressedBy: text },
  );
  const citations = (badStatus.citations ?? []).map((entry) => ({
    ...entry,
    title: text,
    cause: text,
    nextSteps: text,
    url: text,
  }));
  const status = { ...badStatus, rootCause: text, healthy: text, checks, citations };
  const gate: GateAnswer = {
    ...answer(badStatus),
    message: redact(text),
    notExamined: [redact(text), redact(`x ${text}`)],
    override: { reason: redact(text), replaced: 3 },
  };
  return told(status, { namespace: `a${text}`, name: `b${text}`, gate });
}
