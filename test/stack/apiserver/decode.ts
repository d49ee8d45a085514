// From a request's body to an object: JSON or YAML, of the right kind, with the faults that the real server names.
import { parse as parseYaml } from 'yaml';
import { modelOf, typeFaults, type TypeFault } from './builtin-types.ts';
import type { Call } from './cluster.ts';
import { isObject, objectAt, textAt, type JsonObject, type KubeObject } from './json.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { badRequest, invalid, unsupportedMediaType } from './status.ts';

const goSyntaxError = (body: string): string => {
  try {
    JSON.parse(body);
    return '';
  } catch (error) {
    const text = (error as Error).message;
    const at = /position (\d+)/.exec(text)?.[1];
    const char = at === undefined ? undefined : body[Number(at)];
    if (char === undefined || /unexpected end/i.test(text) || body.slice(Number(at)).trim() === '')
      return 'unexpected end of JSON input';
    return `invalid character '${char}' looking for beginning of value`;
  }
};

const shortened = (body: string): string => (body.length > 30 ? `${body.slice(0, 30)} ...` : body);

/** Read a body as JSON, or as YAML where its type says so. */
export function readBody(call: Call): unknown {
  const type = call.headers['content-type'] ?? 'application/json';
  if (type.includes('yaml')) {
    try {
      return parseYaml(call.body);
    } catch (error) {
      throw badRequest(`error decoding YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
    }
  }
  if (type.includes('protobuf') || type.includes('cbor'))
    throw unsupportedMediaType(['application/json', 'application/yaml']);
  try {
    return JSON.parse(call.body) as unknown;
  } catch {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${call.resource?.kind ?? ''}): couldn't get version/kind; json parse error: ${goSyntaxError(call.body)} (${shortened(call.body)})`,
    );
  }
}

const cannot = (resource: Resource, why: string): string =>
  `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`;

function typeFaultText(fault: TypeFault, model: string): string {
  const layout = { 'date-time': '2006-01-02T15:04:05Z07:00', 'micro-time': '2006-01-02T15:04:05.000000Z07:00' }[
    fault.wanted
  ];
  if (layout !== undefined) {
    const value = String(fault.found);
    const rest = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(.*)$/.exec(value)?.[1];
    const where = rest === undefined ? `"${value}" as "2006"` : `"${rest}" as ".000000"`;
    return `parsing time "${value}" as "${layout}": cannot parse ${where}`;
  }
  const found = Array.isArray(fault.found) ? 'array' : typeof fault.found;
  const go = { integer: 'int32', string: 'string', boolean: 'bool', object: 'object', array: 'array' }[fault.wanted];
  return `json: cannot unmarshal ${found} into Go struct field ${model.replace(/^V\d/, '')}.${fault.path} of type ${go ?? fault.wanted}`;
}

/**
 * Report fields that nobody declares, as the query's fieldValidation asks: Ignore, Warn (the default), Strict.
 * @throws 400 under Strict; for a patch 422
 */
export function reportUnknown(call: Call, resource: Resource, unknown: readonly string[], name: string): void {
  const mode = call.query.get('fieldValidation') ?? 'Warn';
  if (!['Ignore', 'Warn', 'Strict', ''].includes(mode))
    throw invalid('meta.k8s.io', 'CreateOptions', '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: "${mode}": supported values: "Ignore", "Strict", "Warn"`,
        field: 'fieldValidation',
      },
    ]);
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (texts.length === 0 || mode === 'Ignore') return;
  if (mode !== 'Strict') {
    call.warnings.push(...texts);
    return;
  }
  const fault = `strict decoding error: ${texts.join(', ')}`;
  if (call.method === 'PATCH')
    throw invalid(resource.group, resource.kind, name, [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(call.body)}: ${fault}`, field: 'patch' },
    ]);
  throw badRequest(cannot(resource, fault));
}

/** @throws 400 when a field of a built-in object has the wrong type */
export function checkTypes(call: Call, resource: Resource, object: KubeObject): void {
  const model = modelOf(resource);
  if (model === undefined || resource.custom !== undefined) return;
  const faults = typeFaults(object, model);
  const wrong = faults.find((fault) => !fault.unknown);
  if (wrong !== undefined) throw badRequest(cannot(resource, typeFaultText(wrong, model)));
  const unknown = faults.filter((fault) => fault.unknown).map((fault) => fault.path);
  reportUnknown(call, resource, unknown, object.metadata.name ?? '');
}

/** A body as an object of a resource: kind and version must be there and match. */
export function decodeObject(call: Call, resource: Resource): KubeObject {
  const body = readBody(call);
  const unrecognized = (why: string): never => {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): ${why} (${shortened(call.body)})`,
    );
  };
  if (!isObject(body)) return unrecognized("couldn't get version/kind; json parse error: json: cannot unmarshal");
  const kind = textAt(body, 'kind');
  const apiVersion = textAt(body, 'apiVersion');
  if (kind === '') return unrecognized(`Object 'Kind' is missing in '${call.body}'`);
  if (apiVersion === '') return unrecognized(`Object 'apiVersion' is missing in '${call.body}'`);
  if (apiVersion !== apiVersionOf(resource))
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  const metadata = objectAt(body, 'metadata');
  if (kind !== resource.kind) {
    if (resource.custom === undefined)
      throw badRequest(
        `${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind match`,
      );
    throw invalid(resource.group, kind, textAt(metadata, 'name'), [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: "${kind}": must be ${resource.kind}`,
        field: 'kind',
      },
    ]);
  }
  const object: JsonObject = { ...body, apiVersion, kind, metadata: { ...metadata } };
  return object as KubeObject;
}
