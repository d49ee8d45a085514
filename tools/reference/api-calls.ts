// docs/reference/api-calls.md: every call to the Kubernetes API, who makes it and why.
import { type ApiRule, RULES } from '../../src/kube/rules.ts';
import { resourceOf } from '../packaging/roles.ts';

/** Every call in Markdown: who makes it, and why. */
export function apiCallsReference(): string {
  const rows = Object.values<ApiRule>(RULES).map((rule) => {
    const what =
      rule.kind === 'path'
        ? rule.path
        : `${rule.group === '' ? 'core' : rule.group}/${rule.version} ${resourceOf(rule)}`;
    const where =
      rule.kind === 'path'
        ? 'the API server'
        : {
            reports: 'namespaces of reports',
            own: "the operator's namespace",
            cluster: 'the cluster',
            endpoints: 'the cluster, with --authenticate',
          }[rule.where];
    return `| ${rule.verb} | ${what} | ${where} | ${rule.callers.join(', ')} | ${rule.why} |`;
  });
  return [
    '# Calls to the Kubernetes API',
    '',
    'Every call that recognize-health can make. The Roles are generated from the same list (`npm run gen`); do not edit.',
    'The callers: `operator`, with its service account; `command`, with the rights of whoever runs `check` or `gate`.',
    '',
    '| verb | resource | where | caller | why |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
