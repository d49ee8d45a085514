// `doctor`: is the operator itself installed as it must be? Looks with the rights of whoever asks, and changes nothing.
import type { Command } from 'commander';
import type { ExitCode } from '../api/exit-codes.ts';
import { conclude, doctorExit } from '../doctor/conclude.ts';
import { look } from '../doctor/look.ts';
import { refused } from '../gate/await-report.ts';
import { DOCTOR_FORMATS } from '../output/doctor.ts';
import { systemClock } from '../runtime/clock.ts';
import { withCluster } from './cluster.ts';
import { CommandError } from './exit.ts';
import { contextOption, formatOption, kubeconfigOption, leaseOptions } from './options.ts';
import type { Terminal } from './terminal.ts';
import { ownVersion } from '../runtime/own-version.ts';

interface Options {
  readonly output: keyof typeof DOCTOR_FORMATS;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addDoctor(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const { leaseNamespace, leaseName } = leaseOptions();
  program
    .command('doctor')
    .description(
      'is the operator itself well: definition, rights, Lease, image, endpoints, reports that nobody examines',
    )
    .addOption(leaseNamespace)
    .addOption(leaseName)
    .addOption(formatOption(DOCTOR_FORMATS))
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Examples:
  recognize-health doctor
  recognize-health doctor --lease-namespace monitoring --lease-name health-recognize-health
  kubectl -n recognize-health exec deployment/recognize-health -- node /app/recognize-health.js doctor

Needs the rights to get the CustomResourceDefinition, to list Deployments, pods, Services and EndpointSlices in the
operator's namespace, to list HealthReports, and to create SubjectAccessReviews. What may not be looked at is told as not
seen. The operator's own account may ask for its own rights.

Exit codes: 0 nothing is broken (warnings included), 2 usage or forbidden, 3 something is broken,
5 something could not be looked at, or the API server cannot be reached.`,
    )
    .action(async (options: Options) => {
      exit(await doctor(options, terminal));
    });
}

async function doctor(options: Options, terminal: Terminal): Promise<ExitCode> {
  const { signal } = terminal;
  return withCluster(options, signal, async ({ api }) => {
    const at = { namespace: options.leaseNamespace, name: options.leaseName };
    const seen = await look({ api, at, version: ownVersion(), clock: systemClock, signal });
    if (!seen.ok) {
      const { exitCode, message } = refused(seen.fault);
      throw new CommandError(`${message}. Nothing of the installation could be looked at`, exitCode);
    }
    const findings = conclude(seen.value);
    const exitCode = doctorExit(findings);
    terminal.out(DOCTOR_FORMATS[options.output]({ findings, exitCode }, terminal.paint, terminal.width));
    return exitCode;
  });
}
