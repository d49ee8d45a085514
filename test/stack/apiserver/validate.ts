// What the real server checks of every object and of definitions, beyond types and schemas.
import { ruleFault } from './cel.ts';
import { equal, isObject, listAt, textAt, valueAt, type KubeObject } from './json.ts';
import type { Resource } from './resources.ts';
import { invalid, type Cause } from './status.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const DATA_KEY = /^[-._a-zA-Z0-9]+$/;
const DATA_KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const wrong = (field: string, value: unknown, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});
const missing = (field: string, why = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: why === '' ? 'Required value' : `Required value: ${why}`,
  field,
});

/** The causes in an object's metadata: its name, its labels. */
export function metadataCauses(resource: Resource, object: KubeObject): Cause[] {
  const { name = '', labels } = object.metadata;
  const causes: Cause[] = [];
  if (name === '') causes.push(missing('metadata.name', 'name or generateName is required'));
  // Names of roles and bindings are path segments: they may hold colons.
  else if (resource.group !== 'rbac.authorization.k8s.io' && (!SUBDOMAIN.test(name) || name.length > 253))
    causes.push(wrong('metadata.name', name, SUBDOMAIN_TEXT));
  for (const value of Object.values(labels ?? {})) {
    if (!LABEL.test(value) || value.length > 63)
      causes.push(
        wrong('metadata.labels', value, 'a valid label must be an empty string or consist of alphanumeric characters'),
      );
  }
  return causes;
}

function schemaCauses(schema: unknown, path: string): Cause[] {
  const causes: Cause[] = [];
  if (!isObject(schema)) return causes;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true;
  if (schema['type'] === undefined && !open)
    causes.push(missing(`${path}.type`, 'must not be empty for specified object fields'));
  if (schema['type'] === 'array' && !isObject(schema['items']))
    causes.push(missing(`${path}.items`, 'must be specified'));
  if (schema['x-kubernetes-list-type'] === 'map')
    for (const key of listAt(schema, 'x-kubernetes-list-map-keys').map(String)) {
      const required = listAt(schema, 'items', 'required').includes(key);
      if (!required && valueAt(schema, 'items', 'properties', key, 'default') === undefined)
        causes.push(
          missing(
            `${path}.items.properties[${key}].default`,
            'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
          ),
        );
    }
  listAt(schema, 'x-kubernetes-validations').forEach((rule, index) => {
    const fault = ruleFault(textAt(rule, 'rule'));
    if (fault !== undefined)
      causes.push(
        wrong(`${path}.x-kubernetes-validations[${String(index)}].rule`, rule, `compilation failed: ERROR: ${fault}`),
      );
  });
  const properties = schema['properties'];
  if (isObject(properties))
    for (const [key, below] of Object.entries(properties))
      causes.push(...schemaCauses(below, `${path}.properties[${key}]`));
  causes.push(...schemaCauses(schema['items'], `${path}.items`));
  causes.push(...schemaCauses(schema['additionalProperties'], `${path}.additionalProperties`));
  return causes;
}

/** The causes in a CustomResourceDefinition that an operator's author is likely to meet. */
export function definitionCauses(definition: KubeObject): Cause[] {
  const causes: Cause[] = [];
  const plural = textAt(definition, 'spec', 'names', 'plural');
  const group = textAt(definition, 'spec', 'group');
  if (definition.metadata.name !== `${plural}.${group}`)
    causes.push(wrong('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  if (textAt(definition, 'spec', 'names', 'kind') === '') causes.push(missing('spec.names.kind'));
  const versions = listAt(definition, 'spec', 'versions');
  if (versions.filter((version) => valueAt(version, 'storage') === true).length !== 1)
    causes.push(wrong('spec.versions', versions.length, 'must have exactly one version marked as storage version'));
  versions.forEach((version, index) => {
    const path = `spec.versions[${String(index)}].schema.openAPIV3Schema`;
    const schema = valueAt(version, 'schema', 'openAPIV3Schema');
    if (schema === undefined) causes.push(missing(path, 'schemas are required'));
    else causes.push(...schemaCauses(schema, path));
  });
  return causes;
}

function podTemplateCauses(object: KubeObject): Cause[] {
  const containers = listAt(object, 'spec', 'template', 'spec', 'containers');
  const causes: Cause[] = containers.length === 0 ? [missing('spec.template.spec.containers')] : [];
  const selected = valueAt(object, 'spec', 'selector', 'matchLabels');
  if (valueAt(object, 'spec', 'selector') === undefined) causes.push(missing('spec.selector'));
  else if (isObject(selected)) {
    const labels = valueAt(object, 'spec', 'template', 'metadata', 'labels');
    const matches = Object.entries(selected).every(([key, value]) => isObject(labels) && labels[key] === value);
    if (!matches)
      causes.push(wrong('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return causes;
}

/** The causes in a Secret or ConfigMap: its keys may become names of files. */
function dataCauses(object: KubeObject): Cause[] {
  const { data } = object;
  const keys = isObject(data) ? Object.keys(data) : [];
  return keys.filter((key) => !DATA_KEY.test(key)).map((key) => wrong(`data[${key}]`, key, DATA_KEY_TEXT));
}

/** A Job runs what it was made with: another one is made for other pods. */
function jobCauses(object: KubeObject, before: KubeObject | undefined): Cause[] {
  const template = valueAt(object, 'spec', 'template');
  if (before === undefined || equal(template, valueAt(before, 'spec', 'template'))) return [];
  return [wrong('spec.template', template, 'field is immutable')];
}

/** The causes in a built-in object; only what tests and charts are likely to get wrong is looked at. */
export function builtinCauses(resource: Resource, object: KubeObject, before: KubeObject | undefined): Cause[] {
  switch (resource.storage) {
    case 'apiextensions.k8s.io/customresourcedefinitions':
      return definitionCauses(object);
    case 'apps/deployments':
    case 'apps/statefulsets':
    case 'apps/daemonsets':
    case 'apps/replicasets':
      return podTemplateCauses(object);
    case '/secrets':
    case '/configmaps':
      return dataCauses(object);
    case 'batch/jobs':
      return jobCauses(object, before);
    case '/pods':
      return listAt(object, 'spec', 'containers').length === 0 ? [missing('spec.containers')] : [];
    default:
      return [];
  }
}

/** @throws 422 with every cause, when there is one */
export function refuseInvalid(resource: Resource, object: KubeObject, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(resource.group, resource.kind, object.metadata.name ?? '', causes);
}
