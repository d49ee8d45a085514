// HTTP probes for each second of CPU: a fresh connection, the body read and judged. Ours against blackbox_exporter, on
// the same target, in turns. Each side pays for its whole process; the target and whoever asks are others.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { once } from 'node:events';
import { build } from 'esbuild';
import { Agent, request } from 'undici';
import { startBlackboxExporter, type BlackboxExporter } from './blackbox-exporter.ts';
import { imageFlags } from './image-flags.ts';
import { median, pairsOf } from './measure.ts';
import { cpuSeconds, load } from './process-use.ts';

const PROBES = 4_000;
const PAIRS = 7;
const CONCURRENCY = 16;
const BUDGET = 1.2;
const HERE = import.meta.dirname;

export const title = 'HTTP probes for each second of CPU, against blackbox_exporter';
export const budget = `at least ${BUDGET}×`;

interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  say(line: string): void;
  /** The next line that it writes. */
  heard(): Promise<string>;
}

function start(flags: readonly string[], file: string): Program {
  const child = spawn(process.execPath, [...flags, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Interface = createInterface({ input: child.stdout });
  return {
    child,
    pid: child.pid ?? 0,
    say: (line) => void child.stdin.write(`${line}\n`),
    heard: async () => ((await once(lines, 'line')) as [string])[0],
  };
}

/** As Prometheus scrapes it, with as many probes at a time as ours. */
async function askExporter({ port }: BlackboxExporter, agent: Agent, target: string, count: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/probe?module=health&target=${encodeURIComponent(target)}`;
  let left = count;
  let passed = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) {
        const answer = await request(url, { dispatcher: agent });
        if ((await answer.body.text()).includes('\nprobe_success 1')) passed += 1;
      }
    }),
  );
  return passed;
}

export async function measure(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-bench-'));
  const exporter = await startBlackboxExporter();
  const agent = new Agent({ connections: CONCURRENCY });
  const programs: Program[] = [];
  try {
    await build({
      entryPoints: [join(HERE, 'http-prober.ts'), join(HERE, 'http-target.ts')],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'bundle',
      mainFields: ['module', 'main'],
      banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    });
    const target = start([], join(folder, 'http-target.mjs'));
    const prober = start(imageFlags(), join(folder, 'http-prober.mjs'));
    programs.push(target, prober);
    const url = `http://127.0.0.1:${await target.heard()}/actuator/health`;

    const cost = async (pid: number, probe: () => Promise<number>): Promise<number> => {
      const before = cpuSeconds(pid);
      const passed = await probe();
      if (passed !== PROBES) throw new Error(`only ${passed} of ${PROBES} probes passed`);
      return (cpuSeconds(pid) - before) / PROBES;
    };
    const all = await pairsOf(
      PAIRS,
      () =>
        cost(prober.pid, async () => {
          prober.say(`${url} ${PROBES}`);
          return Number(await prober.heard());
        }),
      () => cost(exporter.pid, () => askExporter(exporter, agent, url, PROBES)),
    );
    const ours = median(all.map((pair) => pair.ours));
    const theirs = median(all.map((pair) => pair.theirs));
    const ratios = all.map((pair) => pair.theirs / pair.ours);
    const ratio = median(ratios);
    print(
      `ours ${(1 / ours).toFixed(0)} probes for each second of CPU (${(ours * 1e6).toFixed(0)} µs each), blackbox_exporter ` +
        `${exporter.version} ${(1 / theirs).toFixed(0)} (${(theirs * 1e6).toFixed(0)} µs each): ${ratio.toFixed(2)}× ` +
        `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} in ${PAIRS} pairs of ${PROBES}); ${load()}`,
    );
    return ratio >= BUDGET;
  } finally {
    for (const { child } of programs) child.kill('SIGKILL');
    exporter.stop();
    await agent.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}
