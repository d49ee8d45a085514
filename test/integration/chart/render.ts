// What the real helm and kubectl make of the chart and the kustomization.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { AnyObject } from '../../stack/admin.ts';
import { helm, kubectl, type RunResult } from '../../stack/kubectl.ts';

export const ROOT = join(import.meta.dirname, '../../..');
export const CHART = join(ROOT, 'helm/recognize-health');
export const MANIFESTS = join(ROOT, 'manifests');

export type Values = Readonly<Record<string, unknown>>;

/** Every object of a stream of YAML documents. */
export const objectsIn = (yaml: string): AnyObject[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as AnyObject | null)
    .filter((object) => object !== null);

/** A helm command with these values in a file. */
export async function withValues(values: Values, run: (file: string) => Promise<RunResult>): Promise<RunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'chart-values-'));
  try {
    const file = join(folder, 'values.yaml');
    await writeFile(file, stringify(values));
    return await run(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `helm template`, as it is. */
export const template = (values: Values = {}, more: readonly string[] = []): Promise<RunResult> =>
  withValues(values, (file) =>
    helm(['template', 'recognize-health', CHART, '--namespace', 'recognize-health', '-f', file, ...more]),
  );

/** The objects that the chart renders with these values. @throws when helm refuses */
export async function render(values: Values = {}): Promise<AnyObject[]> {
  const { code, stdout, stderr } = await template(values);
  if (code !== 0) throw new Error(`helm template ended with ${String(code)}: ${stderr}`);
  return objectsIn(stdout);
}

/** The objects of the kustomization. */
export async function kustomized(): Promise<AnyObject[]> {
  const { code, stdout, stderr } = await kubectl(['kustomize', MANIFESTS]);
  if (code !== 0) throw new Error(`kubectl kustomize ended with ${String(code)}: ${stderr}`);
  return objectsIn(stdout);
}

/** The object of this kind; the first one when there are several. */
export function ofKind(objects: readonly AnyObject[], kind: string): AnyObject {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} was rendered`);
  return found;
}
