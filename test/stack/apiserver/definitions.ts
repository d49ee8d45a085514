// CustomResourceDefinitions: what is served because of one, and the conditions that follow when one is written.
import { clone, isObject, listAt, objectAt, textAt, textsAt, timestamp, valueAt, type KubeObject } from './json.ts';
import type { JsonSchema } from './schema.ts';
import type { Resource } from './resources.ts';

/** A printer column as the definition declares it. */
export interface PrinterColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
  jsonPath: string;
}

/** What a served version of a custom resource carries beyond its names. */
export interface CustomVersion {
  definition: string;
  schema: JsonSchema;
  columns: readonly PrinterColumn[];
}

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  format: '',
  description: '',
  priority: 0,
  jsonPath: '.metadata.creationTimestamp',
};

function columnsOf(version: unknown): PrinterColumn[] {
  const declared = listAt(version, 'additionalPrinterColumns').map((column) => ({
    name: textAt(column, 'name'),
    type: textAt(column, 'type'),
    format: textAt(column, 'format'),
    description: textAt(column, 'description'),
    priority: Number(valueAt(column, 'priority') ?? 0),
    jsonPath: textAt(column, 'jsonPath'),
  }));
  return declared.length === 0 ? [AGE] : declared;
}

/** The resources that an established definition serves: one for each served version. */
export function resourcesOf(definition: KubeObject): Resource[] {
  const established = listAt(definition, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Established' && textAt(condition, 'status') === 'True',
  );
  if (!established) return [];
  const names = objectAt(definition, 'spec', 'names');
  const group = textAt(definition, 'spec', 'group');
  const plural = textAt(names, 'plural');
  return listAt(definition, 'spec', 'versions')
    .filter((version) => valueAt(version, 'served') === true)
    .map((version) => {
      const kind = textAt(names, 'kind');
      const status = isObject(valueAt(version, 'subresources', 'status'));
      const scale = isObject(valueAt(version, 'subresources', 'scale'));
      const written = ['get', 'patch', 'update'];
      return {
        group,
        version: textAt(version, 'name'),
        plural,
        singular: textAt(names, 'singular'),
        kind,
        listKind: textAt(names, 'listKind'),
        namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
        shortNames: textsAt(names, 'shortNames'),
        categories: textsAt(names, 'categories'),
        verbs: VERBS,
        subresources: [
          ...(status ? [{ name: 'status', kind, verbs: written }] : []),
          ...(scale ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: written }] : []),
        ],
        storage: `${group}/${plural}`,
        generation: true,
        custom: {
          definition: definition.metadata.name ?? '',
          schema: objectAt(version, 'schema', 'openAPIV3Schema'),
          columns: columnsOf(version),
        },
      };
    });
}

/** Fill in what a definition may leave out: singular, listKind, conversion, the first status. */
export function completeDefinition(definition: KubeObject): KubeObject {
  const next = clone(definition);
  const spec = objectAt(next, 'spec');
  const names = objectAt(spec, 'names');
  const kind = textAt(names, 'kind');
  names['singular'] ??= kind.toLowerCase();
  names['listKind'] ??= `${kind}List`;
  spec['conversion'] ??= { strategy: 'None' };
  const stored = listAt(spec, 'versions').find((version) => valueAt(version, 'storage') === true);
  next['status'] ??= {
    conditions: null,
    acceptedNames: { plural: '', kind: '' },
    storedVersions: [textAt(stored, 'name')],
  };
  return next;
}

/** The definition once its names are accepted: what the real server's own controllers write a moment later. */
export function establish(definition: KubeObject): KubeObject {
  const next = clone(definition);
  const lastTransitionTime = timestamp();
  next['status'] = {
    ...objectAt(next, 'status'),
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        lastTransitionTime,
        reason: 'NoConflicts',
        message: 'no conflicts found',
      },
      {
        type: 'Established',
        status: 'True',
        lastTransitionTime,
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
    acceptedNames: clone(objectAt(next, 'spec', 'names')),
  };
  return next;
}

/** The definition while its objects are being removed. */
export function terminating(definition: KubeObject): KubeObject {
  const next = clone(definition);
  const now = timestamp();
  next.metadata.deletionTimestamp = now;
  next.metadata.finalizers = ['customresourcecleanup.apiextensions.k8s.io'];
  next['status'] = {
    ...objectAt(next, 'status'),
    conditions: [
      ...listAt(next, 'status', 'conditions'),
      {
        type: 'Terminating',
        status: 'True',
        lastTransitionTime: now,
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
    ],
  };
  return next;
}
