// `npm run demo`: the story of an outage, told with the real bundle and the real kubectl on the stack. Each step is
// checked; the exit code is 0 only when every one showed what it should. `-- --keep` leaves everything running, with a menu
// of what can be broken; `-- break NAME` begins with that, without the story.
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { EXIT } from '../../src/api/exit-codes.ts';
import { createNarrator, StepFailed, type Narrator } from './narrator.ts';
import { BREAKS, breakAsked, play } from './play.ts';
import {
  BUNDLE,
  buildWhenNeeded,
  packageVersion,
  startOperatorProcess,
  type OperatorProcess,
} from '../../test/stack/operator-process.ts';
import { healthReport } from '../../test/stack/health-report.ts';
import { startStack, type Stack } from '../../test/stack/stack.ts';

const keep = process.argv.includes('--keep');
let asked: string | undefined;
try {
  asked = breakAsked(process.argv);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(EXIT.usage);
}
const write = (text: string): void => void process.stdout.write(text);
const REPORT = 'healthreport/recognize';
const TABLE = ['get', 'healthreports'];
const GATE = ['gate', 'recognize', '--timeout', '1m'];

let requests = 0;

/** Asks for a run now and waits for the status that answers it: what a pre-upgrade job does. */
async function examine(story: Narrator): Promise<void> {
  requests += 1;
  const token = `demo-${requests}`;
  await story.kubectl(['annotate', REPORT, `recognize.health/requested-at=${token}`, '--overwrite']);
  await story.kubectl(['wait', REPORT, `--for=jsonpath={.status.lastHandledRequest}=${token}`, '--timeout=30s']);
}

const conditionPath = (type: string, field: string): string =>
  `jsonpath={.status.conditions[?(@.type=="${type}")].${field}}`;

/** A cluster with an operator and a report in which all is well. */
async function begin(story: Narrator, stack: Stack, startOperator: () => Promise<void>): Promise<void> {
  story.say('1. Install the definition of the resource.');
  const definition = await story.run([process.execPath, BUNDLE, 'crd']);
  const installed = await story.kubectl(['apply', '--server-side', '-f', '-'], {
    input: definition,
    shown: 'node dist/recognize-health.js crd | kubectl apply --server-side -f -',
  });
  story.expect(installed, /serverside-applied/, 'the cluster knows HealthReports');
  await story.kubectlUntil(
    ['wait', 'crd/healthreports.recognize.health', '--for=condition=Established'],
    /condition met/,
  );

  story.say('2. Start the operator, as a process of its own with its own ServiceAccount and the generated Roles.');
  await startOperator();
  write(`  $ node dist/recognize-health.js operator --namespace ${stack.namespace}\n  ✓ it watches\n`);

  story.say('3. Ask for a report. What is to be examined stands in the configuration of the services.');
  const report = stringify(healthReport(stack.namespace, 'recognize', {}), { aliasDuplicateObjects: false });
  write(report.replaceAll(/^/gm, '    ').trimEnd());
  write('\n');
  await story.kubectl(['apply', '-f', '-'], { input: report, shown: 'kubectl apply -f report.yaml' });
  await examine(story);
  const origins = await story.kubectl([
    'get',
    REPORT,
    '-o',
    'jsonpath={range .status.inventory[?(@.origin)]}{.component}/{.name}: {.origin}{"\\n"}{end}',
  ]);
  story.expect(origins, /database\/node-persistence: Deployment node-persistence, argument/, 'each backend was found');
  const healthy = await story.kubectl(TABLE);
  story.expect(healthy, /recognize +Healthy +(\d+)\/\1 +True/, 'everything is healthy, and an upgrade may start');
}

async function tell(story: Narrator, stack: Stack, startOperator: () => Promise<void>): Promise<void> {
  await begin(story, stack, startOperator);

  // Three bad runs in a row make a check bad, and two good ones clear it: here one is enough.
  const thresholds = JSON.stringify({ spec: { thresholds: { failure: 1, success: 1 } } });
  await story.kubectl(['patch', REPORT, '--type', 'merge', '-p', thresholds]);

  story.say('4. Stop the PostgreSQL server that two services stand on.');
  const mendDatabase = await stack.database.stop();
  await examine(story);
  const failing = await story.kubectl(TABLE);
  story.expect(
    failing,
    /Failing +\d+\/\d+ +False +DatabaseUnreachable/,
    'the database is the root cause, and no upgrade may start',
  );
  const message = await story.kubectl(['get', REPORT, '-o', conditionPath('DatabaseHealthy', 'message')]);
  story.expect(message, /\[REC-NP-002\] <https:/, 'it cites REC-NP-002 of the troubleshooting guide');
  const symptoms = await story.kubectl([
    'get',
    REPORT,
    '-o',
    'jsonpath={range .status.checks[?(@.suppressedBy)]}{.id} is explained by {.suppressedBy}{"\\n"}{end}',
  ]);
  story.expect(
    symptoms,
    /node-persistence\/health is explained by database\//,
    'services that need it are symptoms, not alarms of their own',
  );
  // Events follow the status; there is one for the cause and none for the symptoms.
  const events = await story.kubectlUntil(['get', 'events', '--field-selector', 'type=Warning'], /DatabaseUnreachable/);
  story.expect(events, /DatabaseUnreachable/, 'an Event tells of the cause');
  story.refuse(events, /HealthDown/, 'and none of a symptom');

  story.say('5. Start it again.');
  await mendDatabase();
  await examine(story);
  const mended = await story.kubectlUntil(TABLE, /Healthy/);
  story.expect(mended, /recognize +Healthy +(\d+)\/\1 +True/, 'the report has recovered');

  story.say('6. Disable the KMS key with which auth-vault signs tokens. Every service still says that it is well.');
  const mendKey = await stack.key.disable();
  await examine(story);
  const unsigned = await story.kubectl(TABLE);
  story.expect(unsigned, /Failing +\d+\/\d+ +False +KmsKeyDisabled/, 'the key is the root cause');
  const upgrade = await story.kubectl(['get', REPORT, '-o', conditionPath('Upgradeable', 'message')]);
  story.expect(upgrade, /\[REC-AV-003\]/, 'the upgrade is refused, citing REC-AV-003');
  const status = await story.kubectl(['get', REPORT, '-o', conditionPath('Upgradeable', 'status')]);
  story.expect(status, /^False$/, 'Upgradeable is False');

  story.say('7. A pipeline asks before it upgrades. The gate has a run made of its own and believes nothing older.');
  const blocked = await story.program(GATE, EXIT.fail);
  story.expect(blocked, /BLOCKED[^]*KmsKeyDisabled[^]*REC-AV-003/, 'it stays shut, and says what to do');

  story.say('8. Enable the key again.');
  await mendKey();
  const open = await story.program(GATE, EXIT.pass);
  story.expect(open, /PASS/, 'the gate opens on the run that it asked for');
  const last = await story.kubectl(TABLE);
  story.expect(last, /recognize +Healthy +(\d+)\/\1 +True/, 'everything is healthy again');
}

/** Lets whoever sits there break things and look. Without a terminal it stays as it is until it is interrupted. */
async function stay(story: Narrator, stack: Stack, interrupted: Promise<void>): Promise<void> {
  const first = asked === undefined ? undefined : BREAKS[asked];
  const broken = first === undefined ? [] : [await first.act(stack)];
  const show = async (): Promise<void> => {
    await examine(story);
    await story.program(['status', 'recognize'], EXIT.pass);
  };
  if (first !== undefined) {
    story.say(`Broken: ${first.what}.`);
    await show();
  }
  write(`\nIn another terminal:\n\n  export KUBECONFIG=${stack.kubeconfig.adminFile}\n  kubectl describe ${REPORT}\n`);
  if (!process.stdin.isTTY) {
    write('\nIt stays until Ctrl-C.\n');
    await interrupted;
    return;
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '' });
  void interrupted.then(() => lines.close());
  // What did not show in time is said, and somebody may go on.
  const tolerant = (): Promise<void> =>
    show().catch((error: unknown) => {
      if (!(error instanceof StepFailed)) throw error;
      write(`${error.message}\n`);
    });
  await play({ lines, broken, flip: (one) => one.act(stack), show: tolerant, write });
  lines.close();
}

const started = performance.now();
const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});

let operator: OperatorProcess | undefined;
let stack: Stack | undefined;
try {
  write(`recognize-health ${packageVersion()}: a demonstration on this machine alone, with no cluster and no cloud.\n`);
  if (buildWhenNeeded()) write('The bundle was built.\n');
  const running = await startStack({ definition: false, cluster: 'ours', configured: true });
  stack = running;
  write(`A Recognize installation with PostgreSQL, S3 and KMS runs (${seconds()} s).\n`);
  const story = createNarrator(running.kubeconfig, write);
  const told = (asked === undefined ? tell : begin)(story, running, async () => {
    // Naming the namespace lets it use the Secrets of the pods there.
    const options = ['--namespace', running.namespace];
    operator = await startOperatorProcess(running.kubeconfig.operatorFile, running.ambient, { options });
  });
  const outcome = await Promise.race([
    told.then(() => 'told' as const),
    interrupted.then(() => 'interrupted' as const),
  ]);
  if (outcome === 'interrupted') {
    told.catch(() => undefined);
    process.exitCode = 130;
  } else {
    write(`\nEvery step showed what it should (${seconds()} s).\n`);
    if (keep || asked !== undefined) await stay(story, running, interrupted);
  }
} catch (error) {
  process.exitCode = 1;
  write(`\n✗ ${error instanceof Error ? error.message : String(error)}\n`);
  const tail = operator?.log().trimEnd().split('\n').slice(-20).join('\n');
  if (tail !== undefined) write(`\nThe end of the operator's log:\n${tail}\n`);
} finally {
  await operator?.stop();
  await stack?.stop();
}
