// The NetworkPolicy that lets an operator out to what a report asks of it, and the same as values of the chart.
import { Document, type YAMLSeq } from 'yaml';
import type { Formats } from './format.ts';
import { jsonText } from './format.ts';
import { printable } from './printable.ts';

/** As `targets` makes it. */
export interface EgressTold {
  /** `namespace/name` of the reports. */
  readonly reports: readonly string[];
  readonly rules: readonly {
    readonly to: { readonly cidr: string } | { readonly namespace: string };
    readonly ports: readonly (number | string)[];
    readonly why: readonly string[];
  }[];
  readonly open: readonly string[];
  /** Where the operator is installed. */
  readonly operator: { readonly namespace: string; readonly name: string };
}

const DNS = {
  ports: [53, 5353].flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ port, protocol }))),
};

function ruleOf({ to, ports }: EgressTold['rules'][number]): object {
  const peer =
    'cidr' in to
      ? { ipBlock: { cidr: to.cidr } }
      : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': to.namespace } } };
  return { to: [peer], ports: ports.map((port) => ({ port, protocol: 'TCP' })) };
}

function policyOf({ rules, operator }: EgressTold): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${operator.name}-egress`, namespace: operator.namespace },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': operator.name } },
      policyTypes: ['Egress'],
      egress: [DNS, ...rules.map(ruleOf)],
    },
  };
}

/** YAML with a comment at each rule, and the destinations that no rule can name in front. */
function commented(told: EgressTold, value: object, path: readonly string[], comments: readonly string[]): string {
  const document = new Document(value);
  const reports = told.reports.join(', ');
  const todo = told.open.map(
    (place) => ` TODO ${printable(place)}: a NetworkPolicy knows no names; add a rule with the addresses behind it`,
  );
  document.commentBefore = [` What the operator needs to examine ${reports}.`, ...todo].join('\n');
  const sequence = document.getIn(path) as YAMLSeq;
  for (const [index, item] of sequence.items.entries()) {
    const comment = comments[index];
    if (comment !== undefined) (item as { commentBefore?: string }).commentBefore = ` ${printable(comment)}`;
  }
  return document.toString({ lineWidth: 120 }).trimEnd();
}

/** What `-o` of `egress` takes. */
export const EGRESS_FORMATS = {
  yaml: (told: EgressTold) =>
    commented(
      told,
      policyOf(told),
      ['spec', 'egress'],
      ['name resolution', ...told.rules.map(({ why }) => why.join(', '))],
    ),
  json: (told: EgressTold) => jsonText(policyOf(told)),
  // The chart has name resolution in its policy already.
  values: (told: EgressTold) =>
    commented(
      told,
      { networkPolicy: { egress: told.rules.map(ruleOf) } },
      ['networkPolicy', 'egress'],
      told.rules.map(({ why }) => why.join(', ')),
    ),
} as const satisfies Formats<EgressTold>;
