// What the API server, the clocks, the definition, the rights and the reports say.
import { CRD_NAME, SCHEMA_VERSION, VERSION } from '../api/names.ts';
import { parseReport, parseStatus, type ReportObject } from '../kube/reports.ts';
import { shellWord } from '../remedies/quote.ts';
import { formatDuration } from '../runtime/duration.ts';
import { literal, redact, safe, type SafeText } from '../runtime/safe-text.ts';
import { finding, type Finding } from './finding.ts';
import { line, said, unseen } from './say.ts';
import type { ReportsSeen, Seen } from './seen.ts';

const INSTALL = literal('recognize-health crd | kubectl apply --server-side -f -');

export function apiServerFinding({ kubernetes }: Seen): Finding {
  return finding('api-server', 'pass', safe`It answers; Kubernetes ${kubernetes}.`);
}

/** A clock that is off by more is worth a word; AWS refuses signatures that are five minutes off. */
const CLOCK_MS = 30_000;
/** A Lease is written every few seconds by the operator's clock. */
const AHEAD_MS = 5_000;

/** This machine's clock and the operator's, both against the API server's. */
export function clocksFinding({ now, serverNow, lease, nobody }: Seen): Finding {
  if (serverNow === undefined)
    return finding('clocks', 'unknown', literal('The API server sent no Date to compare a clock with.'));
  const mine = now.getTime() - serverNow.getTime();
  const theirs = nobody === undefined && lease.ok ? operatorSkew(lease.value, lease.serverDate) : undefined;
  const wrong = [
    ...(Math.abs(mine) > CLOCK_MS ? [`The clock of this machine is ${offBy(mine)} the API server`] : []),
    ...(theirs === undefined || theirs === 0
      ? []
      : [`The clock of the operator's node is ${offBy(theirs)} the API server`]),
  ];
  if (wrong.length > 0)
    return finding('clocks', 'warn', said(`${wrong.join('. ')}.`), {
      remedy: literal(
        'Let NTP set it: AWS refuses what is signed five minutes off, and the age of a report is told by these clocks.',
      ),
      commands: [literal('timedatectl status')],
    });
  const operator = theirs === undefined ? " Nobody renews a Lease by which the operator's could be told." : '';
  return finding('clocks', 'pass', said(`No clock is off by more than ${formatDuration(CLOCK_MS)}.${operator}`));
}

/** 0 where the renewal fits the server's time; undefined where it cannot be told. In ms. */
function operatorSkew(
  { renewed, durationSeconds }: { readonly renewed: Date; readonly durationSeconds: number },
  serverDate: string | undefined,
): number | undefined {
  const skew = renewed.getTime() - Date.parse(serverDate ?? '');
  if (Number.isNaN(skew)) return undefined;
  // It is alive: a renewal that looks older than the Lease lasts was written by a clock that is behind.
  return skew > AHEAD_MS || skew < -(durationSeconds * 1_000 + AHEAD_MS) ? skew : 0;
}

function offBy(ms: number): string {
  return `${formatDuration(Math.round(Math.abs(ms) / 1_000) * 1_000)} ${ms > 0 ? 'ahead of' : 'behind'}`;
}

export function definitionFinding({ definition, reports }: Seen): Finding {
  if (!definition.ok) {
    const isMissing = definition.fault.code === 'NotFound' || (!reports.ok && reports.fault.code === 'NotFound');
    if (!isMissing) return unseen('definition', definition.fault);
    return finding('definition', 'fail', said(`The CustomResourceDefinition ${CRD_NAME} is not installed.`), {
      remedy: literal('Install it.'),
      commands: [INSTALL],
    });
  }
  const { schemaVersion, established, served } = definition.value;
  if (!established || !served)
    return finding(
      'definition',
      'fail',
      said(
        `The definition ${CRD_NAME} is there, but ${established ? `does not serve ${VERSION}` : 'the API server did not establish it'}.`,
      ),
      {
        remedy: literal('Install it anew; its conditions say what the API server has against it.'),
        commands: [INSTALL, line(`kubectl describe crd ${CRD_NAME}`)],
      },
    );
  if (schemaVersion === SCHEMA_VERSION)
    return finding('definition', 'pass', said(`${CRD_NAME} has schema ${schemaVersion}, that of this version.`));
  const known = Number(schemaVersion);
  if (known > Number(SCHEMA_VERSION))
    return finding(
      'definition',
      'warn',
      said(`${CRD_NAME} has schema ${String(schemaVersion)}, newer than the ${SCHEMA_VERSION} of this version.`),
      {
        remedy: literal('Update the operator and this command: an older one does not know the newer fields.'),
      },
    );
  const has = schemaVersion === undefined ? 'does not say which schema it has' : `has schema ${schemaVersion}`;
  return finding('definition', 'fail', said(`${CRD_NAME} ${has}; this version needs ${SCHEMA_VERSION}.`), {
    remedy: literal('Update it before the operator: the reports stay.'),
    commands: [INSTALL],
  });
}

/** All that miss, at once. */
export function rightsFinding({ rights, at, deployments }: Seen): Finding {
  const { account, missing, asked, fault } = rights;
  if (fault !== undefined && missing.length === 0) {
    const isOwn = fault.code === 'Forbidden';
    return finding('rights', 'unknown', said(`${fault.message}. ${asked} rights were asked for.`), {
      remedy: literal('Ask as an administrator, or let the operator ask for itself.'),
      commands: isOwn
        ? [
            line(
              `kubectl -n ${shellWord(at.namespace)} exec deployment/${shellWord(nameOf(deployments, at.name))} -- node /app/recognize-health.js doctor`,
            ),
          ]
        : [],
    });
  }
  if (missing.length === 0)
    return finding('rights', 'pass', said(`${account} has each of the ${asked} rights that the operator uses.`));
  const isVital = missing.some((one) => one.isVital);
  return finding(
    'rights',
    isVital ? 'fail' : 'warn',
    said(`${account} lacks ${missing.length} of ${asked} rights.${isVital ? '' : ' What needs them has no answer.'}`),
    {
      details: missing.map(({ call, why }) => redact(`${call}: ${why}`, [], 512)),
      remedy: literal(
        'Grant them: the chart does with rbac.create, rbac.clusterFacts and watch.namespaces, the manifests in manifests/rbac. What is withheld on purpose stays unanswered, and the gate stays shut where it counts.',
      ),
      commands: [
        literal('kubectl apply --server-side -f manifests/rbac/operator.yaml'),
        line(`kubectl auth can-i --list --as=${account}`),
      ],
    },
  );
}

function nameOf(deployments: Seen['deployments'], other: string): string {
  return deployments.ok ? (deployments.value[0]?.name ?? other) : other;
}

/** A new report is examined within this. */
const FIRST_RUN_MS = 120_000;

/** Reports that nobody examines, with why. */
export function reportsFinding(seen: Seen): Finding {
  const { reports, serverNow, now, watched } = seen;
  if (!reports.ok) {
    return reports.fault.code === 'NotFound'
      ? finding('reports', 'unknown', literal('Without the definition there are no reports.'))
      : unseen('reports', reports.fault);
  }
  const { reports: found, namespaces } = reports.value;
  const where = namespaces === undefined ? 'any namespace' : `namespace ${namespaces.join(', ')}`;
  if (found.length === 0)
    return finding('reports', 'warn', said(`There is no HealthReport in ${where}: nothing is examined.`), {
      remedy: literal('Create one: init drafts it from the configuration of the services.'),
      commands: [line(`recognize-health init -n ${shellWord(watched.namespaces[0] ?? 'recognize')} > report.yaml`)],
    });
  const at = serverNow ?? now;
  const troubles = found.flatMap((object) => {
    const why = unexamined(object, reports.value, watched.namespaces, at);
    return why === undefined ? [] : [{ object, ...why }];
  });
  const bad = troubles.filter(({ isMeant }) => !isMeant);
  const details = troubles.map(({ object: { metadata }, why }) =>
    said(`${metadata.namespace ?? ''}/${metadata.name}: ${why}`),
  );
  const count = `${found.length - troubles.length} of ${found.length} reports in ${where} are examined`;
  if (bad.length === 0) return finding('reports', 'pass', said(`${count}.`), { details });
  const [first] = bad;
  return finding('reports', 'fail', said(`${count}.`), {
    details,
    remedy: first?.remedy ?? literal('Look at the log of the operator.'),
    commands: first === undefined ? [] : first.commands,
  });
}

interface Unexamined {
  readonly why: string;
  /** Somebody decided it. */
  readonly isMeant: boolean;
  readonly remedy: SafeText;
  readonly commands: readonly SafeText[];
}

function unexamined(
  object: ReportObject,
  { selected }: ReportsSeen,
  namespaces: readonly string[],
  now: Date,
): Unexamined | undefined {
  const { namespace = '', name, creationTimestamp } = object.metadata;
  const report = `${shellWord(name)} -n ${shellWord(namespace)}`;
  const parsed = parseReport(object);
  if (parsed.ok && parsed.report.spec.suspend)
    return {
      why: 'is suspended',
      isMeant: true,
      remedy: literal('Resume it.'),
      commands: [line(`recognize-health resume ${report}`)],
    };
  if (namespaces.length > 0 && !namespaces.includes(namespace))
    return {
      why: `the operator watches other namespaces (${namespaces.join(', ')})`,
      isMeant: false,
      remedy: literal('Let the operator watch its namespace: watch.namespaces of the chart.'),
      commands: [],
    };
  if (selected?.has(`${namespace}/${name}`) === false)
    return {
      why: "its labels do not match the operator's selector",
      isMeant: false,
      remedy: literal('Label it, or change watch.selector of the chart.'),
      commands: [line(`kubectl -n ${shellWord(namespace)} get healthreport ${shellWord(name)} --show-labels`)],
    };
  const status = parseStatus(object.status);
  if (status?.freshUntil === undefined) {
    const age = now.getTime() - Date.parse(creationTimestamp ?? '');
    if (age < FIRST_RUN_MS) return undefined;
    return {
      why: parsed.ok ? 'no run has finished' : 'its spec cannot be read',
      isMeant: false,
      remedy: parsed.ok
        ? literal('Is there an operator? Its log says what it does with the report.')
        : literal('Correct the spec: its conditions say what is wrong with it.'),
      commands: [line(`kubectl -n ${shellWord(namespace)} describe healthreport ${shellWord(name)}`)],
    };
  }
  const late = now.getTime() - Date.parse(status.freshUntil);
  if (!(late > 0)) return undefined;
  return {
    why: `stale for ${formatDuration(late)}`,
    isMeant: false,
    remedy: literal('Is there an operator? Its log says what it does with the report.'),
    commands: [line(`recognize-health run ${report}`)],
  };
}
